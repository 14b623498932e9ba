export type {
  Baseline,
  Calibration,
  ColumnFacts,
  Curve,
  DataFacts,
  Headline,
  Importance,
  Interval,
  ReportData,
  Residuals,
  WorstRow,
} from './data.ts';
export { gatherReport, type ReportFacts } from './gather/gather.ts';
export { renderReport } from './page/report.ts';
