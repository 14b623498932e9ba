import type { Random } from '../../src/base/index.ts';
import {
  addBatchNorm,
  dropLastActivation,
  entriesOf,
  insertActivations,
  isActivation,
  isNormalization,
  replaceActivation,
  replaceInit,
  setDropout,
  setRate,
  widen,
} from '../../src/doctor/changes.ts';
import type { Change } from '../../src/doctor/finding.ts';
import { type History, look } from '../../src/doctor/index.ts';
import { changed, probe } from '../../src/doctor/repair/probe.ts';
import { improves, scoreOf } from '../../src/doctor/repair/score.ts';
import { type Budget, probeEpochs } from '../../src/doctor/repair/screen.ts';
import { trainEnsemble } from '../../src/ensemble/index.ts';
import type { Dataset, Engine, EnsembleRun, Settings } from '../../src/index.ts';
import { type OptimizerName, optimizers } from '../../src/optim/index.ts';

type Knob = (settings: Settings, random: Random) => Change[];

const one = <T>(of: readonly T[], random: Random): T => of[random.below(of.length)];
const put = (settings: Readonly<Record<string, unknown>>): Change[] => [{ what: Object.keys(settings)[0], settings }];

/** What the doctor changes of a network and its optimizer; a knob that an experiment does not have turns nothing. */
const knobs = {
  optimizer(_, random) {
    const kind = one<OptimizerName>(['sgd', 'momentum', 'nesterov', 'rmsprop', 'adam', 'adamw'], random);
    return put({ optimizer: { [kind]: optimizers[kind].options.parse({}) } });
  },
  rate: (settings, random) => setRate(settings, 10 ** (6 * random.uniform() - 3)),
  init: (settings, random) => replaceInit(settings, one(['he', 'xavier', 'lecun', 'orthogonal'], random)),
  activation(settings, random) {
    const to = one(['relu', 'leakyRelu', 'elu', 'selu', 'gelu', 'tanh', 'sigmoid'] as const, random);
    const kinds = entriesOf(settings).flatMap(({ kind }) => (isActivation(kind) ? [kind] : []));
    return kinds.length > 0 ? replaceActivation(settings, kinds, to) : insertActivations(settings, to);
  },
  lastActivation: dropLastActivation,
  normalization(settings) {
    const entries = entriesOf(settings);
    const without = entries.filter(({ kind }) => !isNormalization(kind));
    if (without.length === entries.length) return addBatchNorm(settings);
    return put({ model: without.map(({ kind, options }) => ({ [kind]: options })) });
  },
  preprocess({ preprocess }) {
    const without = preprocess.filter((step) => !(typeof step === 'object' && step !== null && 'standardize' in step));
    return put({ preprocess: without.length < preprocess.length ? without : [...preprocess, 'standardize'] });
  },
  target: ({ target }) => put({ target: target === 'raw' ? 'standardize' : 'raw' }),
  schedule: (_, random) => put({ schedule: one(['constant', 'cosine'], random) }),
  regularize: ({ regularize }, random) => put({ regularize: random.uniform() < 0.5 ? {} : scaled(regularize, 0.01) }),
  dropout: (settings, random) => setDropout(settings, one([0, 0.2], random)),
  batchSize: (_, random) => put({ batchSize: one([16, 32, 64, 128, 256], random) }),
  clip: ({ clip }) => (clip ? put({ clip: undefined }) : []),
  classWeights({ loss }) {
    const { crossEntropy } = loss as { crossEntropy?: object };
    return crossEntropy ? put({ loss: { crossEntropy: { ...crossEntropy, classWeights: 'balanced' } } }) : [];
  },
  width: (settings) => widen(settings, 4),
} satisfies Record<string, Knob>;

/** Every strength times `factor`; a limit is weaker the larger it is. */
const scaled = (regularize: Settings['regularize'], factor: number) =>
  Object.fromEntries(
    Object.entries(regularize as Record<string, Readonly<Record<string, unknown>>>).map(([kind, options]) => [
      kind,
      Object.fromEntries(
        Object.entries(options).map(([key, value]) => [
          key,
          typeof value !== 'number' ? value : key === 'limit' ? value / factor : value * factor,
        ]),
      ),
    ]),
  );

/** Each knob is turned in one draw of three. */
function draw(settings: Settings, random: Random): Change[] {
  const changes: Change[] = [];
  let now = settings;
  for (const knob of Object.values<Knob>(knobs)) {
    if (random.uniform() >= 1 / 3) continue;
    for (const change of knob(now, random)) {
      changes.push(change);
      now = { ...now, ...change.settings };
    }
  }
  return changes;
}

/** Draws in a row that cannot be built, after which it gives up. */
const patience = 100;

/**
 * Repair by random search, which is hard to beat (Kim et al. 2023): draws of all knobs at once, put to probes of the length that the doctor takes, and one
 * training of the best; kept by the same test, and within as many epochs.
 */
export async function randomRepair(
  dataset: Dataset,
  experiment: { readonly from?: unknown },
  history: History,
  original: EnsembleRun,
  trainings: number,
  random: Random,
  engine: Engine,
): Promise<{ kept: boolean; what: readonly string[]; epochs: number; run: EnsembleRun }> {
  const { settings } = history;
  const { from } = experiment;
  const asked = { ...settings, ...(from !== undefined && { from }), ensemble: false };
  const budget: Budget = { left: (trainings - 1) * settings.epochs };
  const { left: all } = budget;
  const length = { epochs: probeEpochs(history, look(history), all), seed: settings.seed };
  const trial = async (changes: readonly Change[]) => {
    const probed = await probe(dataset, changed(asked, changes), length, { engine });
    if (probed) budget.left -= Math.max(1, probed.run.epochs.length);
    return probed?.score;
  };
  let best: { changes: readonly Change[]; value: number } = {
    changes: [],
    value: (await trial([]))?.value ?? Number.NEGATIVE_INFINITY,
  };
  for (let failed = 0; budget.left >= length.epochs && failed < patience; ) {
    const changes = draw(settings, random);
    const score = changes.length > 0 ? await trial(changes) : undefined;
    failed = score ? 0 : failed + 1;
    if (score && score.value > best.value) best = { changes, value: score.value };
  }
  const what = best.changes.map((change) => change.what);
  const spent = all - budget.left;
  if (what.length === 0) return { kept: false, what, epochs: spent, run: original };
  const run = await trainEnsemble(dataset, changed(asked, best.changes), { engine });
  const [before, after] = [await scored(original), await scored(run)];
  return { kept: improves(before, after), what, epochs: spent + run.epochs.length, run };

  function scored(of: EnsembleRun) {
    return scoreOf(of, dataset, engine);
  }
}
