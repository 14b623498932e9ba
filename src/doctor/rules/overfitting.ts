import { grouped, percent, short } from '../../base/index.ts';
import { put } from '../changes.ts';
import { entryOf, isLate, mean } from '../curves.ts';
import type { History } from '../history.ts';
import { progressOf } from '../progress.ts';
import type { Rule, Sighting } from '../rule.ts';

/** How far the validation loss may end above its best: as a share of that, and of what guessing leaves. */
const rise = { ofBest: 0.2, ofGuessing: 0.15 };
/** Standard errors of a mean of squares that few validation rows may wander by. */
const errors = 2.5;
/** Rows that are learned by heart: training loss and validation loss as shares of what guessing leaves, and the difference of accuracies. */
const byHeart = { train: 0.03, validation: 0.25, accuracy: 0.15 };
const rows = 30;

/** What is learned last holds for the training rows only. */
export const overfitting: Rule = {
  question: 'Does what is learned last hold for other rows?',
  needs: ['losses', 'epochs'],
  leadsTo: ['lossMetricDisagree'],
  look(history) {
    const progress = progressOf(history);
    const { epochs, settings } = history;
    const losses = epochs.map(({ validation }) => validation?.loss ?? Number.NaN);
    if (!progress || !isLate(history) || history.rows.validation < rows) return undefined;
    if (!(epochs.length >= 5 && losses.every(Number.isFinite))) return undefined;
    const width = Math.max(1, Math.min(10, Math.floor(epochs.length / 8)));
    const smooth = (of: readonly number[]) => of.slice(width - 1).map((_, i) => mean(of.slice(i, i + width)));
    const means = smooth(losses);
    const trained = smooth(epochs.map(({ train }) => train.loss));
    const best = Math.min(...means);
    const last = means.at(-1)!;
    const lowest = means.indexOf(best);
    const at = lowest + width;
    const [first, latest] = [trained[lowest], trained.at(-1)!];
    const ofBest = Math.max(rise.ofBest, errors * Math.sqrt(2 / history.rows.validation));
    const rises = last - best > Math.max(ofBest * best, rise.ofGuessing * progress.constant) && latest < first;
    const worse = last > 1.03 * progress.constant && last - best > 0.05 * progress.constant && latest < first;
    const restores = settings.earlyStopping !== false && settings.earlyStopping.restoreBest;
    const restored = restores && settings.earlyStopping && settings.earlyStopping.metric === 'loss';
    const heart = knownByHeart(history, progress.constant, restored ? Math.min(...losses) : last);
    if (!rises && !worse && !heart) return undefined;
    return {
      severity: restored && !heart ? 'info' : 'warning',
      since: 1 + at * progress.perEpoch,
      saw: heart
        ? `all ${grouped(history.rows.train)} training rows are answered (loss ${short(latest)}, accuracy ${short(heart.trained)}), the validation rows are not (loss ${short(last)}, accuracy ${short(heart.validated)}; up to ${percent(byHeart.accuracy, 0)} less is usual)`
        : `the validation loss rose from ${short(best)} after epoch ${at} to ${short(last)} after epoch ${epochs.length} (up to ${percent(ofBest, 0)} more is usual) while the training loss fell from ${short(first)} to ${short(latest)}${restored ? '; the weights of the best epoch are kept, so that no harm is done' : ''}`,
      why: 'a network that has room to learn every row by heart does so once there is nothing more that they have in common',
      try: [
        '"earlyStopping": {}, which keeps the weights of the best epoch',
        'more rows, or augmentation of those there are',
        'weight decay, dropout, label smoothing, or a smaller network',
      ],
      changes: remedies(history, restored),
    };
  },
};

/** Whether the training rows are known by heart, and a good part of the others is not. */
function knownByHeart({ settings, epochs, rows }: History, constant: number, kept: number) {
  const { train, validation } = epochs.at(-1)!;
  if (entryOf(settings.metric).kind !== 'accuracy' || train.metric === undefined || !validation) return undefined;
  if (!(train.loss < byHeart.train * constant && kept > byHeart.validation * constant)) return undefined;
  const error = Math.sqrt((validation.metric * (1 - validation.metric)) / rows.validation);
  if (!(train.metric - validation.metric > byHeart.accuracy + error)) return undefined;
  return { trained: train.metric, validated: validation.metric };
}

function remedies({ settings }: History, restored: boolean): Sighting['changes'] {
  return [
    ...(restored
      ? []
      : put('early stopping', { earlyStopping: { patience: Math.max(5, Math.ceil(settings.epochs / 10)) } })),
    ...put('weight decay 0.01', { regularize: { ...settings.regularize, weightDecay: 0.01 } }),
    ...put('L2 0.01', { regularize: { ...settings.regularize, l2: 0.01 } }),
  ];
}
