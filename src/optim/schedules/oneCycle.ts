import { z } from '../../base/index.ts';
import { schedule } from './schedule.ts';

/**
 * One cycle over the run (Smith & Topin 2019): from 1/divFactor of the rate up to the full rate within the fraction `pctStart` of the run, then down to
 * 1/(divFactor · finalDivFactor) at the last update. With `threePhase` it first goes down as it came up and only then to the end. Along half cosines or
 * straight lines. As PyTorch's OneCycleLR with max_lr = lr; the momentum does not cycle.
 */
export const oneCycle = schedule({
  summary: 'up to the full rate, then down to nearly 0',
  options: z.strictObject({
    pctStart: z.number().min(0).max(1).default(0.3),
    divFactor: z.number().min(1).default(25),
    finalDivFactor: z.number().positive().default(10_000),
    anneal: z.enum(['cos', 'linear']).default('cos'),
    threePhase: z.boolean().default(false),
  }),
  factor({ pctStart, divFactor, finalDivFactor, anneal, threePhase }, { update, total }) {
    const [low, lowest] = [1 / divFactor, 1 / divFactor / finalDivFactor];
    const top = pctStart * total - 1;
    const points: [at: number, factor: number][] = [
      [0, low],
      [top, 1],
      ...(threePhase ? [[2 * top, low] as [number, number]] : []),
      [total - 1, lowest],
    ];
    const passed = update - 1;
    const next = points.findIndex(([at], i) => i > 0 && passed <= at);
    const [[from, start], [to, end]] = [points[next - 1], points[next]];
    const share = to > from ? (passed - from) / (to - from) : 1;
    return anneal === 'cos'
      ? end + ((start - end) * (1 + Math.cos(Math.PI * share))) / 2
      : start + (end - start) * share;
  },
  misfit({ pctStart, threePhase }, { total }) {
    if (threePhase && pctStart > 0.5)
      return `the rise takes ${pctStart} of the run and the fall as much, so that no time is left for the third phase`;
    if (pctStart > 0 && pctStart * total < 2)
      return `the rise would be over after ${Math.max(1, Math.floor(pctStart * total))} of the ${total} updates of the run`;
    return undefined;
  },
});
