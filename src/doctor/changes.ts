import { short } from '../base/index.ts';
import { type Layer, type LayerName, layers } from '../nn/index.ts';
import type { Settings } from '../train/index.ts';
import type { Change } from './finding.ts';

/** A layer as settings list it, taken apart. */
export interface Entry {
  readonly kind: LayerName;
  readonly options: Readonly<Record<string, unknown>>;
}

export const entriesOf = ({ model }: Settings): Entry[] =>
  model.map((entry) => {
    const [[kind, options]] = Object.entries(entry as Record<string, Entry['options']>);
    return { kind: kind as LayerName, options };
  });

/** First weights that suit any place in a network, for the layers that have a choice. */
const usualInit: Partial<Record<LayerName, unknown>> = { dense: 'auto', conv2d: 'auto', maxout: 'lecun' };
const normalizations: readonly LayerName[] = ['batchNorm', 'layerNorm', 'groupNorm', 'instanceNorm', 'rmsNorm'];
/** Layers of which two in a row, with nothing else between, are one. */
const linearKinds: readonly LayerName[] = ['dense', 'conv2d'];
/** Layers that are no activations and yet bend what passes them. */
const bending: readonly LayerName[] = ['maxout', 'maxPool', 'layerNorm', 'groupNorm', 'instanceNorm', 'rmsNorm'];

const poolings: readonly LayerName[] = ['maxPool', 'averagePool'];
/** Momentum above this adds up more than fifty steps. */
const longMemory = 0.98;

export const isActivation = (kind: string): boolean =>
  kind in layers && 'suits' in layers[kind as LayerName] && kind !== 'linear';
export const isLinear = (kind: string): boolean => linearKinds.includes(kind as LayerName);
/** Whether two linear layers on both sides of it are more than one. */
export const bends = (kind: string): boolean => isActivation(kind) || bending.includes(kind as LayerName);
export const isNormalization = (kind: string): boolean => normalizations.includes(kind as LayerName);

/*
 * Each of these gives a change of an experiment as a list of one, or none where there is nothing to change, so that a rule can list them.
 */

/** The learning rate times `factor`. */
export function setRate({ optimizer }: Settings, factor: number): Change[] {
  const [[kind, options]] = Object.entries(optimizer as Record<string, { lr?: unknown }>);
  const { lr } = options;
  if (typeof lr !== 'number') return [];
  const next = Number((lr * factor).toPrecision(12));
  return [
    {
      what: `learning rate ${short(lr)} -> ${short(next)}`,
      settings: { optimizer: { [kind]: { ...options, lr: next } } },
    },
  ];
}

/** First weights as `how` for every layer that multiplies; what suits each layer where it is left out. Biases begin at 0. */
export function replaceInit(settings: Settings, how?: unknown): Change[] {
  const asked = how === undefined ? 'auto' : typeof how === 'string' ? how : JSON.stringify(how);
  return changed(settings, `initialization -> ${asked}`, (entries) =>
    entries.map(({ kind, options }, i) => {
      if (!(kind in usualInit)) return { kind, options };
      const wanted = how ?? usualInit[kind];
      // "auto" is settled already where it was chosen before.
      const same = wanted === 'auto' && JSON.stringify(options.init) === JSON.stringify(automatic(entries, i));
      return { kind, options: { ...options, ...(!same && { init: wanted }), ...firstBias(options) } };
    }),
  );
}

/** What "auto" becomes: the initializer that suits the next activation. */
const automatic = (entries: readonly Entry[], at: number): unknown =>
  entries
    .slice(at + 1)
    .map(({ kind, options }) => (layers[kind] as Layer).suits?.(options))
    .find((suiting) => suiting !== undefined) ?? 'xavier';

/** Biases begin at 0. */
export const zeroBiases = (settings: Settings): Change[] =>
  changed(settings, 'first biases -> 0', (entries) =>
    entries.map(({ kind, options }) => ({ kind, options: { ...options, ...firstBias(options) } })),
  );

/** Every activation that `from` names becomes `to`, and first weights follow it. */
export function replaceActivation(settings: Settings, from: readonly string[], to: LayerName): Change[] {
  const found = entriesOf(settings).filter(({ kind }) => kind !== to && from.includes(kind));
  const kinds = [...new Set(found.map(({ kind }) => kind))];
  return rebuilt(settings, `${kinds.join(' and ')} -> ${to}`, (entries) =>
    entries.map((entry) =>
      found.some(({ options }) => options.name === entry.options.name)
        ? { kind: to, options: { name: unused(entries, `${entry.options.name}-${to}`) } }
        : entry,
    ),
  );
}

/** `activation` between each two linear layers that have nothing that bends between them. */
export const insertActivations = (settings: Settings, activation: LayerName = 'relu'): Change[] =>
  rebuilt(settings, `${activation} between the layers`, (entries) => {
    const out: Entry[] = [];
    let bare: string | undefined;
    /** Behind the last linear layer and its normalization. */
    let place = 0;
    for (const entry of entries) {
      if (entry.kind === 'linear') continue;
      if (isLinear(entry.kind) && bare)
        out.splice(place, 0, { kind: activation, options: { name: unused(entries, `${bare}-${activation}`) } });
      if (isLinear(entry.kind)) bare = String(entry.options.name);
      else if (bends(entry.kind)) bare = undefined;
      out.push(entry);
      if (isLinear(entry.kind) || isNormalization(entry.kind)) place = out.length;
    }
    return out;
  });

/** Without the activations at the end, and without what stands between them. */
export const dropLastActivation = (settings: Settings): Change[] =>
  rebuilt(settings, 'no activation at the end', (entries) => {
    const last = entries.findLastIndex(({ kind }) => kind in usualInit);
    return entries.filter(({ kind }, i) => i <= last || !isActivation(kind));
  });

/** A batch normalization behind every linear layer but the last, where there is no normalization yet. */
export const addBatchNorm = (settings: Settings): Change[] =>
  changed(settings, 'batch normalization behind each hidden layer', (entries) => {
    const last = entries.findLastIndex(({ kind }) => isLinear(kind));
    return entries.flatMap((entry, i) => {
      const bare = isLinear(entry.kind) && i < last && !isNormalization(entries[i + 1].kind);
      const name = unused(entries, `${entry.options.name}-norm`);
      return bare ? [entry, { kind: 'batchNorm', options: { name } }] : [entry];
    });
  });

/** Hidden layers `factor` times as wide; a hidden layer where there is none. */
export function widen(settings: Settings, factor: number): Change[] {
  const entries = entriesOf(settings);
  const last = entries.findLastIndex(({ kind }) => kind in usualInit);
  const wider = ({ kind, options }: Entry): Entry => {
    const size = kind === 'conv2d' ? 'filters' : kind in usualInit ? 'units' : undefined;
    return size
      ? { kind, options: { ...options, [size]: Math.ceil((options[size] as number) * factor) } }
      : { kind, options };
  };
  if (entries.slice(0, Math.max(0, last)).some(({ kind }) => kind in usualInit))
    return changed(settings, `hidden layers ${short(factor)} times as wide`, (all) =>
      all.map((entry, i) => (i < last ? wider(entry) : entry)),
    );
  if (last < 0 || entries[last].kind !== 'dense') return [];
  return changed(settings, 'a hidden layer of 64 units', (all) =>
    all.toSpliced(
      last,
      0,
      { kind: 'dense', options: { name: unused(all, 'hidden'), units: 64, init: 'auto' } },
      { kind: 'relu', options: { name: unused(all, 'hidden-relu') } },
    ),
  );
}

/** Pooling over windows of two; what looks at no more than that stays. */
export const poolLess = (settings: Settings): Change[] =>
  changed(settings, 'pooling over windows of 2', (entries) =>
    entries.map(({ kind, options: { stride: _, ...options } }, i) =>
      poolings.includes(kind) && Math.max(...[options.size as number].flat()) > 2
        ? { kind, options: { ...options, size: 2 } }
        : entries[i],
    ),
  );

/** A momentum of 0.9 in the place of one that remembers far longer, and a tenth of the learning rate, which mostly was chosen for less. */
export function lessMomentum(settings: Settings): Change[] {
  const [[kind, options]] = Object.entries(settings.optimizer as Record<string, { momentum?: number }>);
  if (!(options.momentum !== undefined && options.momentum > longMemory)) return [];
  return setRate({ ...settings, optimizer: { [kind]: { ...options, momentum: 0.9 } } }, 0.1).map((change) => ({
    ...change,
    what: `momentum ${options.momentum} -> 0.9, ${change.what}`,
  }));
}

/** Every dropout at `rate`; at 0 they are left out. */
export const setDropout = (settings: Settings, rate: number): Change[] =>
  changed(settings, rate > 0 ? `dropout -> ${rate}` : 'no dropout', (entries) =>
    entries.flatMap((entry) => {
      if (typeof entry.options.rate !== 'number') return [entry];
      return rate > 0 ? [{ kind: entry.kind, options: { ...entry.options, rate } }] : [];
    }),
  );

/** Whatever is put in the place of top-level settings. */
export const put = (what: string, settings: Readonly<Record<string, unknown>>): Change[] => [{ what, settings }];

const firstBias = (options: Entry['options']) => ('biasInit' in options ? { biasInit: 'zeros' } : {});

/** A name that no layer has. */
function unused(entries: readonly Entry[], wish: string): string {
  let name = wish;
  while (entries.some(({ options }) => options.name === name)) name += '-';
  return name;
}

/** A change of the layers, or none where they stay as they are. */
function changed(settings: Settings, what: string, edit: (entries: readonly Entry[]) => readonly Entry[]): Change[] {
  const before = entriesOf(settings);
  const after = edit(before);
  if (JSON.stringify(after) === JSON.stringify(before)) return [];
  return [{ what, settings: { model: after.map(({ kind, options }) => ({ [kind]: options })) } }];
}

/** The same for changes of which layers there are: their first weights suit what stands behind them now. */
function rebuilt(settings: Settings, what: string, edit: (entries: readonly Entry[]) => readonly Entry[]): Change[] {
  const kinds = (entries: readonly Entry[]) => entries.map(({ kind }) => kind).join(' ');
  const before = entriesOf(settings);
  const after = edit(before);
  if (kinds(after) === kinds(before)) return [];
  return changed(settings, what, () =>
    after.map(({ kind, options }) => ({
      kind,
      options: linearKinds.includes(kind) ? { ...options, init: 'auto' } : options,
    })),
  );
}
