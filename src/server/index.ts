export { type ServeOptions, type Serving, serve } from './serve.ts';
export { type OpenedSource, type Rest, type StudySource, studiesAt } from './source.ts';
export type { Column, StudyHead, StudyWire, TrialColumns } from './wire.ts';
