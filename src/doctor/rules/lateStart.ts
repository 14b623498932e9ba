import { grouped, percent } from '../../base/index.ts';
import { replaceInit } from '../changes.ts';
import { entryOf, isLate } from '../curves.ts';
import { progressOf, windows } from '../progress.ts';
import type { Rule } from '../rule.ts';

/** Shares of what guessing leaves: hardly anything, and a real beginning. */
const [nothing, begun] = [0.02, 0.2];
/** Share of the run, and updates, that may pass before it begins. */
const [late, fewest] = [0.2, 100];

/** For a long time nothing is learned, then it goes well. */
export const lateStart: Rule = {
  question: 'Does learning begin at once?',
  needs: ['losses'],
  leadsTo: [],
  look(history) {
    // Of a resumed run nobody saw the start.
    if (Number.isNaN(history.losses[0])) return undefined;
    const progress = progressOf(history);
    if (!progress || !isLate(history) || !(progress.bestLift > begun)) return undefined;
    const { losses, settings } = history;
    const width = Math.min(10, progress.window);
    const means = windows(losses, width);
    const first = means.findIndex((level) => level < (1 - nothing) * progress.constant);
    const at = losses.length - (means.length - first) * width;
    const warmup = Number(entryOf(settings.schedule).options.warmup ?? 0);
    if (at - warmup < Math.max(fewest, late * losses.length)) return undefined;
    return {
      severity: progress.lift < 0.5 ? 'warning' : 'info',
      since: 1,
      saw: `the loss stayed at that of guessing for the first ${grouped(at)} of ${grouped(losses.length)} updates (up to ${percent(late, 0)} is usual), then it fell`,
      why: 'the first weights lie on a plain where the gradient is next to nothing; it takes many steps to leave it',
      try: ['the usual first weights: "init": "auto"', 'batch normalization', 'a higher learning rate with a warm-up'],
      changes: replaceInit(settings),
    };
  },
};
