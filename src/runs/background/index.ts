export { type RunRecorder, recordRun, type Work } from './record.ts';
