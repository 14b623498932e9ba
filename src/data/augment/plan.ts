import { formatShape, hashText, type Picked, pick, Random, type Shape, WellfitError } from '../../base/index.ts';
import type { Graph, Value } from '../../graph/index.ts';
import { gather, reshape, slice } from '../../ops/index.ts';
import { compose, identity } from './affine.ts';
import type { Augmentation, Displacement, Geometric, Mixing, Pixelwise } from './augmentation.ts';
import { type AugmentationName, augmentations } from './table.ts';
import { bend, bendNumbers, type Functions, stretch, stretchNumbers, stretchWidth } from './warp.ts';

/** What is done to the rows of a data set while training. */
export interface AugmentPlan {
  /** As they were listed. */
  readonly steps: readonly Picked<AugmentationName>[];
  /** Shape of one row. */
  readonly shape: Shape;
  /** Whether rows are pixels of 0 … 255, which keep to that range. */
  readonly bytes: boolean;
  /** Numbers drawn for one row. */
  readonly width: number;
  /** Whether rows are mixed with partners, and their losses with them. */
  readonly mixes: boolean;
}

interface Step<A extends Augmentation = Augmentation> extends Picked<AugmentationName> {
  readonly augmentation: A;
}

/** The steps in the order in which they are applied. */
interface Layout {
  /** How pixels find their new places: not at all, each column and each row by itself, or each pixel by itself. */
  readonly warp: 'none' | 'stretch' | 'bend';
  readonly moves: readonly Step<Geometric>[];
  readonly field?: Step<Displacement>;
  readonly pixelwise: readonly Step<Pixelwise>[];
  readonly mixing: readonly Step<Mixing>[];
}

function layoutOf(steps: readonly Picked<AugmentationName>[]): Layout {
  const named = steps.map((step): Step => ({ ...step, augmentation: augmentations[step.kind] }));
  const at = (stage: Augmentation['stage']) => named.filter(({ augmentation }) => augmentation.stage === stage);
  const moves = at('geometric') as Step<Geometric>[];
  const [field] = at('displacement') as Step<Displacement>[];
  const separable = !field && moves.every(({ augmentation }) => augmentation.separable);
  return {
    warp: separable ? (moves.length > 0 ? 'stretch' : 'none') : 'bend',
    moves,
    field,
    pixelwise: [...at('photometric'), ...at('erasing')] as Step<Pixelwise>[],
    mixing: at('mixing') as Step<Mixing>[],
  };
}

const noFunctions: Functions = { count: 0, data: new Float64Array(0) };

const functionsOf = ({ field }: Layout, shape: Shape): Functions =>
  field ? field.augmentation.functions(field.options, shape) : noFunctions;

function warpWidth(layout: Layout, shape: Shape): number {
  if (layout.warp === 'none') return 0;
  return layout.warp === 'stretch' ? stretchWidth : 2 * (3 + functionsOf(layout, shape).count);
}

/**
 * Reads what an experiment lists: "horizontalFlip", { "rotation": { "degrees": 15 } } or, for the main option alone, { "rotation": 15 }.
 * Whatever the order of the list, pictures are first moved and bent, then recolored, then erased, then mixed; within each of these the order of
 * the list holds.
 *
 * @throws WellfitError for an unknown name, an option out of range, one listed twice, two ways of mixing, and rows that cannot be changed so
 */
export function readAugment(entries: readonly unknown[], input: Shape, bytes: boolean): AugmentPlan {
  const steps = entries.map((entry, i) => {
    const step = pick(augmentations, entry, `augment[${i}]`, 'augmentation');
    checkRows(step, input, `augment[${i}]`);
    return step;
  });
  steps.forEach(({ kind }, i) => {
    if (steps.findIndex((step) => step.kind === kind) < i)
      throw new WellfitError('option', `augment[${i}]: ${kind} is listed twice`, { fix: 'list it once' });
  });
  const layout = layoutOf(steps);
  if (layout.mixing.length > 1)
    throw new WellfitError('option', 'augment: a row is mixed with its partner in one way', {
      received: layout.mixing.map(({ kind }) => kind).join(' and '),
      fix: 'list one of them',
    });
  const later = [...layout.pixelwise, ...layout.mixing].reduce((sum, { augmentation }) => sum + augmentation.width, 0);
  const width = warpWidth(layout, input) + later;
  return { steps, shape: input, bytes, width, mixes: layout.mixing.length > 0 };
}

function checkRows({ kind, options }: Picked<AugmentationName>, shape: Shape, where: string): void {
  const augmentation: Augmentation = augmentations[kind];
  const table = shape.length !== 3;
  if (table && augmentation.stage === 'mixing' && augmentation.tables) return;
  const needed = table ? 'images [channels, height, width]' : augmentation.needs?.(shape, options);
  if (needed === undefined) return;
  throw new WellfitError('option', `${where}: ${kind} does not suit the rows of this data set`, {
    expected: needed,
    received: `rows ${formatShape(shape)}`,
    fix: table ? 'leave it out; rows that are no images can be augmented with "mixup"' : 'leave it out',
  });
}

/**
 * The random numbers of the rows of one batch, [rows, plan.width]. A row's numbers depend on (seed, update, its place in the data set) alone,
 * and those of one augmentation do not depend on which others there are.
 */
export function drawAugment(plan: AugmentPlan, seed: number, update: number, rows: Int32Array): Float32Array {
  const streams = new Map(plan.steps.map(({ kind }) => [kind, hashText(`augment ${kind}`)]));
  const layout = layoutOf(plan.steps);
  const numbers = new Float32Array(rows.length * plan.width);
  rows.forEach((row, i) => {
    const draw = ({ kind, options, augmentation }: Step) =>
      augmentation.draw(options, new Random(seed, streams.get(kind)!, update, row), plan.shape);
    numbers.set(rowNumbers(layout, plan.shape, draw), i * plan.width);
  });
  return numbers;
}

/** What the graph is fed for a row for which these numbers were drawn. */
export const augmentNumbers = ({ steps, shape }: AugmentPlan, drawn: Readonly<Record<string, readonly number[]>>) =>
  rowNumbers(layoutOf(steps), shape, ({ kind }) => drawn[kind]);

function rowNumbers(layout: Layout, shape: Shape, draw: (step: Step) => readonly number[]): number[] {
  const { warp, moves, field, pixelwise, mixing } = layout;
  const map = moves.reduce((whole, step) => compose(whole, step.augmentation.source(...draw(step))), identity);
  const arrows = field ? draw(field) : [];
  const places =
    warp === 'none' ? [] : warp === 'stretch' ? stretchNumbers(map, shape) : bendNumbers(map, arrows, shape);
  return [...places, ...pixelwise.flatMap(draw), ...mixing.flatMap(draw)];
}

/**
 * The augmented batch: x [batch, …shape] of raw numbers and what was drawn for its rows, [batch, plan.width]. Where rows are mixed, `mix` [batch]
 * is the weight of each row's own target: loss = mix · loss(target) + (1 - mix) · loss(partners(target)).
 */
export function applyAugment(plan: AugmentPlan, x: Value, numbers: Value): { x: Value; mix?: Value } {
  const { graph } = x;
  const batch = x.shape[0];
  const layout = layoutOf(plan.steps);
  let at = 0;
  const take = (count: number) => {
    at += count;
    return slice(numbers, { starts: [at - count], ends: [at], axes: [1], steps: [1] });
  };
  const columns = (count: number): Value[] =>
    Array.from({ length: count }, () => reshape(take(1), { shape: [batch, ...plan.shape.map(() => 1)] }));
  const warped = () => {
    const drawn = take(warpWidth(layout, plan.shape));
    return layout.warp === 'stretch' ? stretch(x, drawn) : bend(x, drawn, functionsOf(layout, plan.shape));
  };

  return graph.scope('augment', () => {
    let image = layout.warp === 'none' ? x : graph.scope(layout.warp, warped);
    for (const { kind, augmentation } of layout.pixelwise)
      image = graph.scope(kind, () => augmentation.apply(image, columns(augmentation.width), plan.bytes));
    const [mixing] = layout.mixing;
    if (!mixing) return { x: image };
    return graph.scope(mixing.kind, () => {
      const mixed = mixing.augmentation.apply(image, partners(image), columns(mixing.augmentation.width));
      return { x: mixed.x, mix: reshape(mixed.mix, { shape: [batch] }) };
    });
  });
}

/** The batch in reverse order: the partner of row i is row batch - 1 - i. */
export const partners = (value: Value): Value => gather(value, reversed(value.graph, value.shape[0]), { axis: 0 });

const reversed = (graph: Graph, batch: number): Value =>
  graph.constant({ dtype: 'int32', shape: [batch], data: Int32Array.from({ length: batch }, (_, i) => batch - 1 - i) });
