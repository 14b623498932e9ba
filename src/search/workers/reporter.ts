import type { Report } from '../trial.ts';

/** Milliseconds between two messages: epochs of tiny networks are over a thousand times a second. */
const pause = 50;

/** Tells reports, and hears whether the trial should end. What comes soon after a message waits and goes together with what follows it. */
export class Reporter {
  private readonly send: (reports: readonly Report[]) => void;
  private readonly open: ((end: boolean) => void)[] = [];
  private waiting: Report[] = [];
  private sent = Number.NEGATIVE_INFINITY;
  private timer?: NodeJS.Timeout;
  private end = false;

  constructor(send: (reports: readonly Report[]) => void) {
    this.send = send;
  }

  /** Whether the trial should end, as far as that is known where a report waits. */
  report(report: Report): boolean | Promise<boolean> {
    this.waiting.push(report);
    if (this.end) return true;
    const rest = this.sent + pause - performance.now();
    if (rest <= 0) return this.flush() ?? false;
    this.timer ??= setTimeout(() => this.flush(), rest);
    return false;
  }

  /** Sends what waits. */
  flush(): Promise<boolean> | undefined {
    clearTimeout(this.timer);
    this.timer = undefined;
    if (this.waiting.length === 0) return undefined;
    const { promise, resolve } = Promise.withResolvers<boolean>();
    this.open.push(resolve);
    this.send(this.waiting);
    this.waiting = [];
    this.sent = performance.now();
    return promise;
  }

  /** Takes the answer to the message that has waited longest. */
  answer(end: boolean): void {
    this.end ||= end;
    this.open.shift()?.(end);
  }
}
