import { grouped, percent, short } from '../../base/index.ts';
import { lessMomentum, put, setRate } from '../changes.ts';
import { entryOf, isLate, learned, planned, riseOf, swingsOf } from '../curves.ts';
import { overshoot as stepsTooLong } from '../effects.ts';
import type { History } from '../history.ts';
import { isRipe, weightsOf } from '../inside.ts';
import { progressOf, windows } from '../progress.ts';
import type { Rule } from '../rule.ts';

/** Times the start that the losses may reach together (healthy runs: below 1.2), one batch of the first ones, and together at an early look. */
const highest = { level: 1.5, batch: 2.5, early: 3 };
/** Which batches those are. */
const kick = { updates: 10, rows: 8 };
/** Share of the weights that the longest step replaces at least, if it is the steps. */
const long = 0.05;
/** Share that no way leads back from. */
const replacing = 0.3;
/** Share learned by a run that is lost; and what was learned and is gone again. */
const [lost, gone] = [0.1, 0.3];
/** Share learned above which a rise at the start is forgiven, and rises between epochs. */
const enough = { rise: 0.8, collapse: 0.5, swings: 0.8 };
/** A rise from one epoch to the next, as a share of what guessing leaves, and the share of epochs that it takes. */
const swing = { share: 0.05, often: 0.25, epochs: 4 };
/** Batches so small that their noise explains as much. */
const small = 4;

/** The steps go past what they aim at. */
export const rateTooHigh: Rule = {
  question: 'Do the steps overshoot?',
  needs: ['losses'],
  leadsTo: [...stepsTooLong.filter((name) => name !== 'rateTooHigh'), 'dyingUnits', 'overfitting', 'imbalance'],
  look(history) {
    const known = learned(history);
    const step = longestStep(history);
    if (step !== undefined && !(step > long)) return undefined;
    const found = overshoot(history, known, step ?? Infinity) ?? collapse(history, known) ?? swings(history, known);
    if (!found) return undefined;
    const { settings } = history;
    return {
      severity: isLate(history) && !(known > lost) ? 'error' : 'warning',
      since: found.since,
      saw:
        step === undefined
          ? found.saw
          : `${found.saw}; the longest step seen was ${short(step, 3)} times as long as the weights it moved (up to ${long} is usual)`,
      why: 'a step that is longer than the valley is wide lands higher on its other side; the next gradient is larger still, and units are thrown to where they no longer answer',
      try: [
        ...(lessMomentum(settings).length > 0 ? ['a momentum of 0.9'] : []),
        'a tenth of the learning rate, then a hundredth',
        'a warm-up of some hundred updates',
        'clipping by norm',
      ],
      changes: [
        ...lessMomentum(settings),
        ...[0.1, 0.01, 0.001].flatMap((factor) => setRate(settings, factor)),
        ...warmUp(history),
        ...(settings.clip ? [] : put('clipping by norm 1', { clip: { norm: 1 } })),
      ],
    };
  },
};

/** A tenth of the run, unless there is a warm-up. */
function warmUp(history: History) {
  const updates = Math.min(200, Math.ceil(planned(history) / 10));
  if (entryOf(history.settings.schedule).options.warmup !== undefined) return [];
  return put(`warm-up of ${grouped(updates)} updates`, { schedule: { cosine: { warmup: updates } } });
}

function overshoot(history: History, known: number, step: number) {
  const rise = riseOf(history);
  // What little steps do, they mend.
  if (!rise || known > (step > replacing ? enough.rise : lost)) return undefined;
  const kicked = step > replacing ? kickOf(history) : undefined;
  const top =
    rise.factor > highest.level || !kicked ? { ...rise, most: highest.level } : { ...kicked, most: highest.batch };
  if (!(top.factor > top.most)) return undefined;
  // Who stumbles at the start may still walk.
  if (!isRipe(history) && !(rise.factor > highest.early)) return undefined;
  return {
    since: top.since,
    saw: `the loss rose, from update ${grouped(top.since)} on, to ${short(top.level)}: ${short(top.factor, 3)} times the higher one of its start and of guessing (at most ${top.most} is usual), and ${percent(Math.max(0, known), 0)} of what guessing leaves is learned now`,
  };
}

/** What was learned well is gone in the end, though the rate did not rise above that of the settings. */
function collapse(history: History, known: number) {
  const progress = progressOf(history);
  if (!progress || !isLate(history) || known > enough.collapse) return undefined;
  const { best, latest, lift, bestLift, window } = progress;
  if (!(bestLift - lift > gone)) return undefined;
  const means = windows(history.losses, window);
  const since = history.losses.length - (means.length - means.indexOf(best) - 1) * window;
  return {
    since,
    saw: `the loss was down at ${short(best)} around update ${grouped(since)}, and is ${short(latest)} in the end: ${percent(bestLift - lift, 0)} of what guessing leaves was lost again (at most ${percent(gone, 0)} is usual)`,
  };
}

/** The worst of the first batches, where there are rows enough in it. */
function kickOf(history: History) {
  const { losses, settings } = history;
  const progress = progressOf(history);
  if (!progress || settings.batchSize < kick.rows) return undefined;
  const level = Math.max(...losses.slice(0, kick.updates).filter(Number.isFinite));
  return { level, since: losses.indexOf(level) + 1, factor: level / Math.max(progress.first, progress.constant) };
}

/** The longest step that was seen, as a share of the weights that it moved; undefined where none was looked at. */
function longestStep({ signals }: History): number | undefined {
  const ratios = signals.flatMap((look) => weightsOf(look).map(({ ratio }) => ratio));
  const known = ratios.filter((ratio) => !Number.isNaN(ratio));
  return known.length > 0 ? Math.max(...known) : undefined;
}

function swings(history: History, known: number) {
  const found = swingsOf(history, swing.share);
  if (!found || known > enough.swings || history.settings.batchSize <= small) return undefined;
  if (found.of < swing.epochs || found.rises < swing.often * found.of) return undefined;
  return {
    since: found.since,
    saw: `the training loss rose in ${found.rises} of ${found.of} epochs, by up to ${percent(found.largest, 0)} of what guessing leaves (at most a quarter of the epochs may rise by ${percent(swing.share, 0)}); all epochs have the same rows`,
  };
}
