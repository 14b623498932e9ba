import { encodePng, type LoadedData } from '../data/readers/index.ts';
import type { Finding, Repair } from '../doctor/index.ts';
import type { Engine } from '../engine/index.ts';
import type { EnsembleRun } from '../ensemble/index.ts';
import { gatherReport, renderReport } from '../report/index.ts';
import type { Baseline } from '../train/index.ts';

export interface ReportFacts {
  readonly engine: Engine;
  readonly baselines: readonly Baseline[];
  readonly findings?: readonly Finding[];
  readonly repair?: Repair;
  readonly version: string;
  readonly command?: string;
}

/** The page that shows how a run went; none where no rows were held back. */
export async function reportPage(
  run: EnsembleRun,
  loaded: LoadedData,
  facts: ReportFacts,
): Promise<string | undefined> {
  if (run.rows.test.length + run.rows.validation.length === 0) return undefined;
  const { dataset, table, paths, broken } = loaded;
  const [channels, height, width] = dataset.shape;
  const picture = dataset.shape.length === 3 && (channels === 1 || channels === 3);
  const size = dataset.features.length / dataset.rows;
  const data = await gatherReport(run, dataset, {
    ...facts,
    made: new Date(),
    interval: run.test?.interval,
    broken,
    ...(table && { columns: table.columns, target: table.target.name, rowsAt: table.rowsAt }),
    ...(paths && { nameOf: (row: number) => paths[row] }),
    ...(run.members?.some(({ epochs }) => epochs) && {
      curves: run.members.map(({ epochs = [], best }, i) => ({
        name: `network ${i + 1}`,
        epochs,
        ...(best && { best: best.epoch }),
      })),
    }),
    ...(picture && {
      encodeImage: async (row: number) => {
        const pixels = Uint8Array.from(dataset.features.subarray(row * size, (row + 1) * size), asByte(dataset));
        const png = await encodePng(pixels, [channels, height, width]);
        return `data:image/png;base64,${Buffer.from(png).toString('base64')}`;
      },
    }),
  });
  return renderReport(data);
}

/** Pictures that are not bytes are stretched to them. */
function asByte({ features }: LoadedData['dataset']): (x: number) => number {
  if (features instanceof Uint8Array) return (x) => x;
  const highest = features.reduce((a, b) => Math.max(a, b), 0) || 1;
  return (x) => Math.round((255 * Math.max(0, x)) / highest);
}
