import { describe, expect, test } from 'vitest';
import { EarlyStopping } from '../../src/train/loop/earlyStopping.ts';
import type { Stopping } from '../../src/train/settings/schema.ts';

/** What becomes of losses, one an epoch. */
function watch(rule: Partial<Stopping> | false, losses: readonly number[]) {
  const defaults = {
    metric: 'loss',
    direction: 'lower',
    patience: 5,
    minDelta: 0,
    warmup: 0,
    restoreBest: true,
  } as const;
  const stopping = new EarlyStopping(rule && { ...defaults, ...rule });
  const better: number[] = [];
  for (const [i, loss] of losses.entries()) {
    if (stopping.observe(i + 1, loss)) better.push(i + 1);
    const words = stopping.reason(i + 1);
    if (words) return { better, best: stopping.bestEpoch, after: i + 1, words };
  }
  return { better, best: stopping.bestEpoch };
}

describe('early stopping', () => {
  test('ends the run once the loss has not improved for so many epochs, and names the best', () => {
    expect(watch({ patience: 2, minDelta: 0 }, [3, 2, 1.25, 1.5, 1.5, 1])).toEqual({
      better: [1, 2, 3],
      best: 3,
      after: 5,
      words: 'the validation loss has not improved for 2 epochs; its best was 1.250 after epoch 3, now it is 1.500',
    });
  });

  test('goes on while the loss falls within the patience', () => {
    expect(watch({ patience: 2, minDelta: 0 }, [3, 4, 2, 4, 1, 4, 0.5])).toEqual({ better: [1, 3, 5, 7], best: 7 });
  });

  test('takes the same loss again for no improvement', () => {
    expect(watch({ patience: 3, minDelta: 0 }, [1, 1, 1, 1, 1])).toMatchObject({ better: [1], best: 1, after: 4 });
  });

  test('takes a fall by minDelta or less for no improvement, and measures from the best', () => {
    expect(watch({ patience: 3, minDelta: 0.5 }, [3, 2.5, 2.75, 2.25, 2])).toEqual({ better: [1, 4], best: 4 });
    expect(watch({ patience: 2, minDelta: 0.5 }, [3, 2.75, 2.5])).toMatchObject({ best: 1, after: 3 });
  });

  test('with a patience of 1 ends at the first epoch that is no better', () => {
    expect(watch({ patience: 1, minDelta: 0 }, [2, 1, 1.5])).toMatchObject({ best: 2, after: 3 });
  });

  test('never takes a loss that is no number for an improvement, and says so if there was no other', () => {
    const rule = { patience: 2, minDelta: 0 };
    expect(watch(rule, [Number.NaN, 1, Number.NaN, Number.NaN])).toMatchObject({ better: [2], best: 2, after: 4 });
    expect(watch(rule, [Number.NaN, Number.NaN])).toEqual({
      better: [],
      best: 0,
      after: 2,
      words: 'the validation loss was not a number for 2 epochs',
    });
  });

  test('takes a rise for an improvement where higher is better', () => {
    expect(watch({ patience: 2, direction: 'higher' }, [0.5, 0.75, 0.625, 0.75])).toEqual({
      better: [1, 2],
      best: 2,
      after: 4,
      words: 'the validation loss has not improved for 2 epochs; its best was 0.7500 after epoch 2, now it is 0.7500',
    });
  });

  test('does not count the epochs of the warm-up', () => {
    expect(watch({ patience: 2, warmup: 4 }, [1, 2, 2, 2, 2, 2, 2])).toMatchObject({ best: 1, after: 6 });
    expect(watch({ patience: 2, warmup: 4 }, [3, 3, 3, 3, 2, 2, 2])).toMatchObject({ best: 5, after: 7 });
  });

  test('says by how much an improvement must be', () => {
    expect(watch({ patience: 1, minDelta: 0.5 }, [1, 0.75])).toMatchObject({
      words:
        'the validation loss has not improved by more than 0.5000 for 1 epochs; its best was 1.000 after epoch 1, now it is 0.7500',
    });
  });

  test('switched off still knows the best epoch but never ends the run', () => {
    expect(watch(false, [3, 1, 2, 2, 2, 2, 2, 2, 2])).toEqual({ better: [1, 2], best: 2 });
  });
});
