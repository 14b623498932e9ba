import { sizeOf, WellfitError } from '../../base/index.ts';
import type { Dataset, TableColumn } from '../../data/index.ts';
import { type Imported, importModel, importRows, type LossName, losses } from '../../nn/index.ts';
import { type DecodedModel, decode, isOwn, type ModelFacts, readFacts } from '../../onnx/index.ts';
import { Hash } from '../checkpoint/hash.ts';
import { targetKind } from '../step/network.ts';
import type { Choice, FromAsked, FromSettings, Settings } from './schema.ts';

/** The model that a training goes on from. */
export interface From {
  readonly imported: Imported;
  /** Made by Wellfit: its preprocessing is inside. */
  readonly own: boolean;
  readonly settings: FromSettings;
  /** What was left open and chosen here. */
  readonly chosen: readonly Choice[];
  /** The loss that suits a last layer that is kept. */
  readonly loss?: unknown;
}

/** A model is read once, however often its experiment is resolved. */
const decoded = new WeakMap<Uint8Array, { graph: DecodedModel; hash: string }>();
const taken = new WeakMap<Uint8Array, Map<string, Imported>>();

/**
 * Reads the model that an experiment goes on from. Its last layer is kept where it answers what the data asks and no other layers are listed
 * (`layers`), else it makes room for a new one; a model made elsewhere is frozen up to there, unless the experiment says otherwise.
 * @throws WellfitError for a model that cannot be read or taken apart, is another one than before, or takes other columns or numbers
 */
export function readFrom(asked: FromAsked, dataset: Dataset, layers: boolean): From {
  const { bytes, model } = asked;
  if (!bytes)
    throw new WellfitError('option', 'the model to go on from was not read', {
      received: `from.model = "${model}" without its bytes`,
      fix: 'give from.bytes, the content of the file',
    });
  const { graph, hash } = read(bytes, model);
  if (asked.hash !== undefined && asked.hash !== hash)
    throw new WellfitError('option', `${model} is another model than the one that the experiment names`, {
      expected: `from.hash = "${asked.hash}"`,
      received: `"${hash}"`,
      likely: 'the file was written anew',
      fix: 'bring the old file back, or leave from.hash out to go on from the new one',
    });
  const own = isOwn(graph.metadata);
  const facts = own ? readFacts(graph.metadata) : undefined;
  if (facts) checkData(facts, dataset);
  const same = facts !== undefined && answersAlike(facts, graph, dataset);
  const head = asked.head ?? (same && !layers ? 'keep' : 'replace');
  const freeze = asked.freeze ?? (!own && head === 'replace');
  const known = taken.get(bytes) ?? new Map<string, Imported>();
  taken.set(bytes, known);
  const key = JSON.stringify([head, freeze]);
  let imported = known.get(key);
  if (!imported) known.set(key, (imported = importModel(graph, { head, freeze })));
  const kept = head === 'keep' ? 'it answers what the data asks' : 'its last layer makes room for a new one';
  const chosen = [
    ...(asked.head === undefined ? [{ setting: 'from.head', value: head, why: `${imported.summary}; ${kept}` }] : []),
    ...(asked.freeze === undefined ? [{ setting: 'from.freeze', value: freeze, why: whyFreeze(own, freeze) }] : []),
  ];
  const loss = same && head === 'keep' ? lossOf(facts) : undefined;
  return { imported, own, settings: { model, head, freeze, hash }, chosen, ...(loss !== undefined && { loss }) };
}

function read(bytes: Uint8Array, model: string): { graph: DecodedModel; hash: string } {
  const known = decoded.get(bytes);
  if (known) return known;
  try {
    const fresh = { graph: decode(bytes, importRows), hash: new Hash().bytes(bytes).hex };
    decoded.set(bytes, fresh);
    return fresh;
  } catch (error) {
    if (!(error instanceof WellfitError)) throw error;
    throw new WellfitError(error.kind, `${model}: ${error.message.split('\n')[0]}`, error.facts);
  }
}

const whyFreeze = (own: boolean, freeze: FromSettings['freeze']): string =>
  freeze
    ? 'a model made elsewhere is kept as it is'
    : own
      ? 'a model of Wellfit goes on as a whole'
      : 'all of it learns';

/** The loss that a model of Wellfit was trained with, where its answers are what that loss takes: those of rates are no logarithms any more. */
function lossOf({ settings }: ModelFacts): unknown {
  const { loss } = (settings ?? {}) as { loss?: unknown };
  const kind = typeof loss === 'string' ? loss : Object.keys(loss ?? {})[0];
  return losses[kind as LossName]?.output === 'logRates' ? undefined : loss;
}

/** Whether a model of Wellfit gives what the data has as targets. */
function answersAlike({ task, classes }: ModelFacts, { graph }: DecodedModel, dataset: Dataset): boolean {
  const { targets } = dataset;
  if (targets.kind === 'classes')
    return (task === 'classes' || task === 'scores') && JSON.stringify(classes) === JSON.stringify(targets.classes);
  const width = sizeOf((graph.outputs.get(task === 'labels' ? 'logits' : 'prediction')?.shape ?? []).slice(1));
  const kind = targetKind(dataset);
  const labels = kind.kind === 'numbers' && kind.labels;
  return width === targets.width && (task === 'regression' || (task === 'labels' && labels));
}

/** @throws WellfitError where the numbers of a row mean something else to the model than in the data */
function checkData({ columns, bytes, shape }: ModelFacts, { name, table, features, shape: row }: Dataset): void {
  if (columns) {
    const odd = columns.findIndex((column, at) => !sameColumn(column, table?.[at]));
    if (odd < 0 && columns.length === table!.length) return;
    throw new WellfitError('data', `the columns of "${name}" are not numbered as in the model to go on from`, {
      expected: `the columns ${columns.map((column) => column.name).join(', ')}, and their values as the model numbers them`,
      received: table ? table.map((column) => column.name).join(', ') : 'rows of numbers, no table',
      fix: 'name the table in the experiment ({ data: { table, target }, from }), or give fromRows the option like: (await loadModel(file)).facts.columns',
    });
  }
  const odd = table?.find(({ kind, missing }) => kind !== 'number' || missing);
  if (odd)
    throw new WellfitError('data', `the model to go on from takes rows of numbers, and "${name}" is a table`, {
      received: `${odd.missing ? 'missing values in' : `the ${odd.kind}`} "${odd.name}"`,
      fix: 'train a new model of the table: leave --from out',
    });
  const isBytes = features instanceof Uint8Array;
  if (bytes !== isBytes && String(shape) === String(row))
    throw new WellfitError('data', `the numbers of "${name}" are not what the model to go on from was trained on`, {
      expected: bytes ? 'bytes, 0 … 255, in a Uint8Array' : 'numbers, in a Float32Array or in lists',
      received: isBytes ? 'bytes' : 'numbers that are no bytes',
      likely: 'pixels were divided by 255 in one place and not in the other',
      fix: `give the features as ${bytes ? 'a Uint8Array' : 'numbers of the same range as then'}`,
    });
}

/** Columns that were read as those of the model carry its numbers. */
const sameColumn = (
  { name, kind, codes = [], missing }: NonNullable<ModelFacts['columns']>[number],
  now?: TableColumn,
): boolean =>
  now?.earlier !== undefined &&
  now.name === name &&
  now.kind === kind &&
  String(now.earlier.codes ?? []) === String(codes) &&
  now.earlier.missing === missing;

/** @throws WellfitError for steps before a model that has its own inside */
export function checkPreprocess({ own }: From, steps: readonly { readonly kind: string }[]): void {
  if (!own || steps.length === 0) return;
  throw new WellfitError('option', 'the model to go on from has its preprocessing inside', {
    received: `preprocess = ${JSON.stringify(steps.map(({ kind }) => kind))}`,
    fix: 'leave preprocess out',
  });
}

/** @throws WellfitError where a last layer that is kept would have to answer in another unit than it has learned */
export function checkKept({ own, settings }: From, loss: LossName, target: Settings['target']): void {
  if (settings.head !== 'keep') return;
  const rates = own && losses[loss].output === 'logRates';
  if (target !== 'standardize' && !rates) return;
  throw new WellfitError('option', 'a last layer that is kept answers in the unit of the target', {
    received: rates ? `the loss "${loss}", which takes logarithms of rates` : 'target = "standardize"',
    fix: rates
      ? 'use the loss "meanSquaredError", or "from.head": "replace"'
      : 'leave "target" out, or set "from.head" to "replace"',
  });
}

/** The columns of a table with the ranges of an earlier model widened to the training rows that came after. */
export function widened({ table, features, shape }: Dataset, train: Int32Array): readonly TableColumn[] | undefined {
  return table?.map((column, at) => {
    const { earlier, kind } = column;
    if (!earlier || kind === 'category') return column;
    let [low, high] = earlier.range ?? [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
    for (const row of train) {
      const x = features[row * shape[0] + at];
      if (x < low) low = x;
      if (x > high) high = x;
    }
    return low <= high ? { ...column, earlier: { ...earlier, range: [low, high] as const } } : column;
  });
}
