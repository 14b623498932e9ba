import { grouped, parseOptions, WellfitError, z } from '../../base/index.ts';
import type { Dataset } from '../../data/index.ts';
import { resolve } from '../../train/index.ts';
import { isActive, type Space, type Values } from '../space/parameter.ts';
import { fill } from '../space/read.ts';
import { atShare } from '../space/scale.ts';
import { methodOptions } from '../study/methods.ts';
import type { CarryOutOptions } from './search.ts';
import { heldRows } from './trial.ts';

type Template = Readonly<Record<string, unknown>>;

const amount = z.number().positive().optional();

const optionsSchema = z.strictObject({
  ...methodOptions,
  budget: z.strictObject({ trials: z.int().positive().optional(), updates: amount, seconds: amount }).optional(),
  name: z
    .string()
    .regex(/^\w[\w.-]*$/, 'must be letters, digits, ".", "_" and "-": it names a folder')
    .optional(),
  objectives: z.array(z.string()).min(1).optional(),
  folds: z.int().min(1).optional(),
  ensemble: z.boolean().optional(),
  stack: z.int().min(1).max(64).optional(),
});

/** @throws WellfitError for an option that is unknown or out of its range */
export function checkOptions(options: object): void {
  // What says how to carry a plan out is none of its business.
  const own = Object.fromEntries(
    Object.entries(options).filter(([key]) => !(carryingOut as readonly string[]).includes(key)),
  );
  const { objectives = [] } = parseOptions(optionsSchema, own, '');
  const twice = objectives.find((name, i) => objectives.indexOf(name) < i);
  if (twice) throw new WellfitError('option', `the objective "${twice}" stands there twice`);
}

const carryingOut: readonly (keyof CarryOutOptions)[] = [
  ...(['final', 'given', 'engine', 'signal', 'workers', 'resume', 'extend', 'saved', 'onChange', 'onEvent'] as const),
];

/** Settings that say what a trial is measured on and by: trials that differ in them cannot be compared. */
const fixed = ['data', 'split', 'limit', 'seed', 'metric', 'ensemble'];

/** @throws WellfitError for a range in the place of a setting that makes trials comparable */
export function checkPlaces(space: Space): void {
  const odd = space.find(({ name }) => fixed.includes(name.split('.')[0]));
  if (!odd) return;
  throw new WellfitError('option', `no range may stand in "${odd.name}"`, {
    likely: 'trials that differ in their rows, their seed or their measure cannot be compared',
    fix: 'put one value there; each trial has a seed of its own, and --folds measures each on several parts of the rows',
  });
}

/** The values at one end of all ranges, or at a share of the way to the other; of some parameters, those that are given. */
export function cornerOf(space: Space, share: number, given: Values = {}): Values {
  const values: Record<string, number> = {};
  for (const parameter of space)
    if (isActive(parameter, values)) values[parameter.name] = given[parameter.name] ?? atShare(parameter, share);
  return values;
}

/** Refuses what cannot be trained before anything is: the ends of all ranges, what lies between, and each choice once. */
export function checkCorners(template: Template, space: Space, dataset: Dataset): void {
  const corners = [0, 1, 0.3819].map((share) => cornerOf(space, share));
  for (const parameter of space)
    if (parameter.kind === 'choice' && parameter.name in corners[0])
      for (let index = 1; index < parameter.choices.length; index++)
        corners.push(cornerOf(space, 0, { [parameter.name]: index }));
  for (const values of corners) resolve(fill(template, values), dataset);
}

/** Fewest rows that a trial may be measured on. */
const fewest = 5;

/** @throws WellfitError where so many folds, or the split, leave too few rows to measure on */
export function checkRows(template: Template, space: Space, folds: number, dataset: Dataset): void {
  const rows = heldRows(dataset, fill(template, cornerOf(space, 0)) as object, folds).length / folds;
  if (rows >= fewest) return;
  throw new WellfitError(
    'option',
    folds > 1 ? `${folds} folds are too many for these rows` : 'there are too few validation rows to compare trials by',
    {
      received: `${grouped(Math.floor(rows))} validation rows in a trial; at least ${fewest} are needed`,
      fix: folds > 1 ? 'use fewer folds' : 'give "split": { "validation": 0.2 }, or --folds 5',
    },
  );
}
