import { percent, short } from '../../base/index.ts';
import { put } from '../changes.ts';
import { learned, straightness } from '../curves.ts';
import { stagnation } from '../effects.ts';
import type { Rule } from '../rule.ts';

/** Share learned above which stopping was right. */
const enough = 0.95;
/** What the epochs after the one that was kept have gained, as a share of its loss: nothing is expected. */
const gain = 0.02;
/** Patience that noise alone uses up, for a loss that falls so straight and has learned so little. */
const hasty = { patience: 2, straight: 0.3, learned: 0.6 };

/** Early stopping ended the run while it still became better. */
export const stoppedTooEarly: Rule = {
  question: 'Did early stopping wait long enough?',
  needs: ['epochs'],
  leadsTo: ['updateRatioTooLow', 'imbalance', ...stagnation],
  look(history) {
    const { settings, stopped, epochs } = history;
    const { earlyStopping } = settings;
    const known = learned(history);
    if (stopped?.ending !== 'earlyStopping' || earlyStopping === false || known > enough) return undefined;
    const { metric, direction, minDelta, patience } = earlyStopping;
    const watched = epochs.map(({ train, validation }) =>
      metric === 'loss' ? (validation?.loss ?? train.loss) : (validation?.metric ?? Number.NaN),
    );
    const better = (a: number, b: number) => (direction === 'lower' ? b - a : a - b);
    let kept = 0;
    for (let i = 1; i < watched.length; i++) if (better(watched[i], watched[kept]) > minDelta) kept = i;
    const now = watched.at(-1)!;
    const missed = better(now, watched[kept]) > gain * Math.abs(watched[kept]);
    const hurried =
      patience <= hasty.patience && known < hasty.learned && (straightness(history) ?? 0) > hasty.straight;
    if (!missed && !hurried) return undefined;
    return {
      severity: 'warning',
      since: 1 + kept * Math.ceil(history.rows.train / settings.batchSize),
      saw: missed
        ? `the validation ${metric} went on from ${short(watched[kept])} after epoch ${kept + 1}, which was kept, to ${short(now)} after epoch ${epochs.length}, where the run was stopped (at most ${percent(gain, 0)} better is usual)`
        : `the run was stopped after ${epochs.length} of ${settings.epochs} epochs, with a patience of ${patience}, while the training loss still fell`,
      why: missed
        ? `an improvement counts only from ${short(minDelta)} on ("minDelta"), and each epoch brought less than that`
        : 'the loss of a few validation rows trembles; one bad epoch is no sign',
      try: ['"minDelta": 0', 'a patience of 10 epochs, or a tenth of them'],
      changes: put('early stopping: minDelta 0, patience of a tenth of the epochs', {
        earlyStopping: { ...earlyStopping, minDelta: 0, patience: Math.max(5, Math.ceil(settings.epochs / 10)) },
      }),
    };
  },
};
