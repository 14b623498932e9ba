/** Told by long work how far it is (0 … 1), now and then; awaiting it lets everything else in the program have its turn. */
export type Pulse = (done: number) => Promise<void>;

/** Milliseconds between two reports. */
const interval = 50;

/** A pulse that is cheap to call often: it reports and gives way only when `interval` has passed since it last did. */
export function pulse(report: (done: number) => void): Pulse {
  let last = performance.now();
  return async (done) => {
    if (performance.now() - last < interval) return;
    report(done);
    await new Promise((resolve) => setTimeout(resolve));
    last = performance.now();
  };
}

/** The pulse of a part of the work that begins at `from` and ends at `to`. */
export const part =
  (whole: Pulse, from: number, to: number): Pulse =>
  (done) =>
    whole(from + done * (to - from));
