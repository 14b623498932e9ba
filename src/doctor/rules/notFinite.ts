import { grouped, short } from '../../base/index.ts';
import { setRate } from '../changes.ts';
import type { Rule } from '../rule.ts';

/** Updates within which it is the data or the first weights. */
const atOnce = 2;
const passes = {
  forward: 'on the way forward',
  gradient: 'on the way back',
  update: 'in the update of the weights',
};

/** A loss is no number, or infinite. */
export const notFinite: Rule = {
  question: 'Are all losses numbers?',
  needs: [],
  leadsTo: [],
  look(history) {
    const { stopped, losses, rates, settings } = history;
    if (stopped?.ending !== 'diverged') return undefined;
    const { fault } = stopped;
    const odd = losses.findIndex((loss) => !Number.isFinite(loss));
    const update = fault?.update ?? (odd < 0 ? losses.length : odd + 1);
    const rate = rates[Math.min(update, rates.length) - 1];
    const early = update <= atOnce;
    return {
      severity: 'error',
      layer: fault?.layer,
      since: update,
      saw: fault
        ? `update ${grouped(update)}: ${fault.operator} in ${fault.layer}, ${passes[fault.pass]}, gave the first number that is none, from ${grouped(fault.rows.length)} rows (the first is row ${fault.rows[0]}); all numbers are to be finite`
        : `${stopped.words.split(';')[0]}; all losses are to be finite`,
      why: early
        ? 'it came before training could have done it: an input that is no number or huge, or first weights far too large'
        : 'numbers grew from step to step until they could not be written: steps that are too long, or a function at the edge of where it is defined',
      try: early
        ? [
            'look at those rows for huge or missing numbers',
            '"preprocess": ["standardize"]',
            'the usual first weights: "init": "auto"',
          ]
        : [
            `a tenth of the learning rate${rate === undefined ? '' : `, ${short(rate / 10)}`}`,
            '"clip": { "norm": 1 }',
            'look at those rows for huge numbers',
          ],
      changes: [
        ...setRate(settings, 0.1),
        ...setRate(settings, 0.01),
        { what: 'clipping by norm 1', settings: { clip: { norm: 1 } } },
      ],
    };
  },
};
