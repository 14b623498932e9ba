/** Something that happened in a run. What a body means is agreed on by those who write and read it. */
export interface RunEvent {
  readonly kind: string;
  /** Milliseconds since 1970. */
  readonly time: number;
  /** Optimizer updates done when it happened. */
  readonly update?: number;
  /** Objects, arrays, numbers, strings, booleans and null. */
  readonly body: unknown;
}

/** An event in its place: `seq` counts from 0 within a run, and only events that were lost leave a gap. */
export interface RecordedEvent extends RunEvent {
  readonly seq: number;
}
