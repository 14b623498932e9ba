import { setTimeout as wait } from 'node:timers/promises';
import { encode } from '../../src/runs/index.ts';
import type { Worker } from '../../src/search/index.ts';

export const version = '1.2.3';
export const lease = 800;

export interface Pretence {
  /** Milliseconds that each of the three steps of a trial takes. */
  readonly pause: number;
  readonly folds?: boolean;
  /** Whether the answers of the network are wanted. */
  readonly keep?: boolean;
}

/** Stands for a training of three epochs, or of three folds, which each wait for their answer; a checkpoint after each. */
export const pretender = (name: string, { pause, folds, keep }: Pretence): Worker => ({
  name,
  async run({ values }, { signal, resume, onReport, onCheckpoint }) {
    const asked: (boolean | Promise<boolean> | undefined)[] = [];
    for (let step = (resume?.[0] ?? 0) + 1; step <= 3; step++) {
      if (pause > 0) await wait(pause, undefined, { signal }).catch(() => {});
      if (signal.aborted) return { state: 'failed', why: 'interrupted' };
      const answer = onReport?.({ step, value: values.x / step });
      if (folds && (await answer))
        return { state: 'pruned', why: `pruned after fold ${step}`, updates: step, seconds: 0 };
      asked.push(answer);
      await onCheckpoint?.(new Uint8Array([step]));
    }
    await Promise.all(asked);
    const outputs = keep && { outputs: Float32Array.of(values.x, Number.NaN) };
    return { state: 'complete', results: [values.x], updates: 3, seconds: 0.1, ...outputs };
  },
});

/** One line of what a process of a test says. */
export const say = (body: object): void => {
  process.stdout.write(`${encode(body)}\n`);
};
