import { WellfitError } from '../base/index.ts';
import type { Dataset } from '../data/index.ts';
import { type Imported, importModel, importRows } from '../nn/index.ts';
import { type DecodedModel, decode, isOwn, readFacts } from '../onnx/index.ts';
import { Hash } from './checkpoint/hash.ts';
import type { FromAsked, FromSettings } from './schema.ts';

/** The model that a training goes on from. */
export interface From {
  readonly imported: Imported;
  /** Made by Wellfit: its preprocessing is inside. */
  readonly own: boolean;
  readonly settings: FromSettings;
  readonly why: string;
}

/** A model is read once, however often its experiment is resolved. */
const decoded = new WeakMap<Uint8Array, DecodedModel>();
const taken = new WeakMap<Uint8Array, Map<string, From>>();

/**
 * Reads the model that an experiment goes on from. Its last layer is kept where it answers what the data asks, else it makes room for a new one;
 * a model made elsewhere is frozen up to there, unless the experiment says otherwise.
 * @throws WellfitError for a model that cannot be read or taken apart
 */
export function readFrom(asked: FromAsked, dataset: Dataset): From {
  const { bytes, model } = asked;
  if (!bytes)
    throw new WellfitError('option', 'the model to go on from was not read', {
      received: `from.model = "${model}" without its bytes`,
      fix: 'give from.bytes, the content of the file',
    });
  let graph = decoded.get(bytes);
  if (!graph) decoded.set(bytes, (graph = decode(bytes, importRows)));
  const own = isOwn(graph.metadata);
  const same = own && answersAlike(graph, dataset);
  const head = asked.head ?? (same ? 'keep' : 'replace');
  const freeze = asked.freeze ?? (!own && head === 'replace');
  const key = JSON.stringify([head, freeze]);
  const known = taken.get(bytes) ?? new Map<string, From>();
  taken.set(bytes, known);
  let from = known.get(key);
  if (!from) {
    const imported = importModel(graph, { head, freeze });
    const settings = { model, head, freeze, hash: new Hash().bytes(bytes).hex };
    const why = `${imported.summary}; ${head === 'keep' ? 'it answers what the data asks' : 'its last layer makes room for a new one'}`;
    from = { imported, own, settings, why };
    known.set(key, from);
  }
  return from;
}

/** Whether a model of Wellfit gives what the data has as targets. */
function answersAlike({ metadata }: DecodedModel, { targets }: Dataset): boolean {
  const { task, classes } = readFacts(metadata);
  if (targets.kind === 'numbers') return task === 'regression' && targets.width === 1;
  return task === 'classes' && JSON.stringify(classes) === JSON.stringify(targets.classes);
}
