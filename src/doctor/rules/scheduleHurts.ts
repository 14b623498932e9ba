import { grouped, percent, short } from '../../base/index.ts';
import { put } from '../changes.ts';
import { baseRate, entryOf, isLate, learned, straightness, travelled } from '../curves.ts';
import { overshoot } from '../effects.ts';
import type { History } from '../history.ts';
import { progressOf, windows } from '../progress.ts';
import type { Rule, Sighting } from '../rule.ts';

/** Growth of the rate that counts, and how far above the rate of the settings it then is. */
const grows = { times: 3, above: 1.5 };
/** Share of what guessing leaves that was lost again after it. */
const lost = 0.15;
/** Share learned above which a schedule is well, whatever it looks like. */
const enough = 0.9;
/** A rate below this share of the highest moves nothing; it may be so for this share of the updates. */
const nothing = { share: 0.01, updates: 0.4 };
/** How straight the loss still falls by the sum of the rates: 0 is at rest. */
const stillFalling = 0.1;
/** A run that learned so little, and whose weights went so few of their lengths, had not come to rest either. */
const barely = { learned: 0.5, way: 0.7 };
/** Share of the run without a step that needs no more proof. */
const nearlyAll = 0.8;
/** Share of the run that a warm-up may take. */
const longestWarmup = 0.5;

const toCosine = put('schedule -> cosine', { schedule: 'cosine' });
const toConstant = put('schedule -> constant', { schedule: 'constant' });

/** The learning rate changes in a way that undoes or stops what is being learned. */
export const scheduleHurts: Rule = {
  question: 'Does the schedule of the learning rate help?',
  needs: ['losses'],
  leadsTo: [...overshoot, 'updateRatioTooLow', 'overfitting', 'imbalance'],
  look: (history) => rises(history) ?? endlessWarmup(history) ?? fallsAway(history),
};

function rises(history: History): Sighting | undefined {
  const { losses, rates } = history;
  const progress = progressOf(history);
  const base = baseRate(history);
  if (!progress || base === undefined) return undefined;
  const { window, latest, constant } = progress;
  const means = windows(losses, window).map((level) => (Number.isNaN(level) ? Infinity : level));
  const best = means.indexOf(Math.min(...means));
  const at = Math.max(0, losses.length - (means.length - best) * window);
  const before = rates[Math.min(rates.length - 1, at + window - 1)];
  const after = rates.findIndex((rate, i) => i > at && rate > grows.times * before && rate > grows.above * base);
  const gone = Number.isNaN(losses.at(-1)!) ? Infinity : (latest - means[best]) / constant;
  if (after < 0 || !(gone > lost)) return undefined;
  return {
    severity: gone > 0.5 ? 'error' : 'warning',
    since: after + 1,
    saw: `the learning rate grew from ${short(before)} to ${short(Math.max(...rates.filter(Number.isFinite)))}; the loss was ${short(means[best])} before, ${short(latest)} in the end`,
    why: 'small steps settle in a valley that large ones leave: a rate above the one that the run began with belongs at the start, if anywhere',
    try: ['a schedule that falls, such as "cosine"', 'a factor below 1 where the schedule has one'],
    changes: [...toCosine, ...toConstant],
  };
}

function endlessWarmup(history: History): Sighting | undefined {
  const { settings, losses } = history;
  const progress = progressOf(history);
  const warmup = Number(entryOf(settings.schedule).options.warmup ?? 0);
  if (!progress || !isLate(history)) return undefined;
  const total = settings.epochs * progress.perEpoch;
  if (!(warmup > longestWarmup * total) || learned(history) > enough) return undefined;
  const shorter = Math.round(total / 20);
  return {
    severity: learned(history) < 0.1 ? 'error' : 'warning',
    since: 1,
    saw: `the warm-up takes ${grouped(warmup)} updates of a run of ${grouped(total)} (at most ${percent(longestWarmup, 0)}): after ${grouped(losses.length)} the rate is ${short(history.rates.at(-1)!)}, and the loss is still ${short(progress.latest)}`,
    why: 'until a warm-up is over the steps are smaller than was asked for; here there is no time left for the full ones',
    try: [`a warm-up of ${grouped(shorter)} updates, or none`, 'more epochs'],
    changes: put(`warm-up ${grouped(warmup)} -> ${grouped(shorter)} updates`, {
      schedule: { cosine: { warmup: shorter } },
    }),
  };
}

function fallsAway(history: History): Sighting | undefined {
  const { rates, settings } = history;
  const progress = progressOf(history);
  const known = learned(history);
  if (!progress || !isLate(history) || known > enough) return undefined;
  const moving = (straightness(history) ?? 0) > stillFalling;
  const top = Math.max(...rates.filter(Number.isFinite));
  const from = rates.findLastIndex((rate) => rate > nothing.share * top) + 1;
  const idle = 1 - from / rates.length;
  const much = idle > nearlyAll ? enough : barely.learned;
  const stranded = known < much && (travelled(history) ?? Infinity) < barely.way;
  if (idle < nothing.updates || !(moving || stranded)) return undefined;
  return {
    severity: known < 0.1 ? 'error' : 'warning',
    since: from + 1,
    saw: `from update ${grouped(from + 1)} on, for ${percent(idle, 0)} of the run, the learning rate is below a hundredth of its highest (at most ${percent(nothing.updates, 0)}); the loss had not come to rest by then, and stands at ${short(progress.latest)}`,
    why: `the schedule "${entryOf(settings.schedule).kind}" stops the weights before they have arrived`,
    try: ['the schedule "cosine", which reaches 0 only at the end', 'a slower fall: a larger factor, or later steps'],
    changes: [...toCosine, ...toConstant],
  };
}
