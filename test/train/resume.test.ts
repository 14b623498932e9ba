import { describe, expect, test, vi } from 'vitest';
import { WellfitError } from '../../src/base/index.ts';
import type { Dataset } from '../../src/data/index.ts';
import type { Engine } from '../../src/engine/index.ts';
import { type EnsembleRun, trainEnsemble } from '../../src/ensemble/index.ts';
import { decodeTensors, encodeTensors } from '../../src/safetensors/index.ts';
import { Hash } from '../../src/train/checkpoint/hash.ts';
import {
  type Checkpoint,
  decodeCheckpoint,
  type Experiment,
  encodeCheckpoint,
  type TrainOptions,
  trainOn,
} from '../../src/train/index.ts';
import { cpu, digits, expectSameBits, iris, on, referenceEngine, stepwise } from './support.ts';

vi.setConfig({ testTimeout: 60_000 });

type Rest = Omit<Experiment, 'data'>;

/** Says that it is aborted when it is asked for the n-th time, which happens before each call, and ever after. */
const afterAsked = (n: number): AbortSignal => {
  let asked = 0;
  return {
    get aborted() {
      return ++asked >= n;
    },
  } as AbortSignal;
};

/** The run in parts: interrupted before the calls `stops`, each part begun from the bytes that the one before left. */
async function inParts(dataset: Dataset, experiment: Experiment, engine: Engine, stops: readonly number[]) {
  let resume: Checkpoint | undefined;
  for (const stop of stops) {
    let latest: Checkpoint | undefined;
    const options = {
      engine: stepwise(engine),
      resume,
      checkpointSeconds: 1e9,
      onCheckpoint: (c: Checkpoint) => void (latest = c),
    };
    const part = await trainEnsemble(dataset, experiment, { ...options, signal: afterAsked(stop) });
    if (part.stopped.ending !== 'interrupted') expect.fail(`it ended before call ${stop}: ${part.stopped.words}`);
    expect(latest, 'an interrupted run leaves a checkpoint').toBeDefined();
    resume = decodeCheckpoint(encodeCheckpoint(latest!));
  }
  return trainEnsemble(dataset, experiment, { engine, resume });
}

const history = ({ epochs }: EnsembleRun) =>
  epochs.map(({ epoch, train, validation }) => ({ epoch, train, validation }));

function expectSameRun(a: EnsembleRun, b: EnsembleRun): void {
  expectSameBits(a.weights, b.weights);
  expect(a.members?.length).toBe(b.members?.length);
  a.members?.forEach((member, i) => {
    expectSameBits(member.weights, b.members![i].weights);
  });
  expect(history(a)).toEqual(history(b));
  const told = ({ test, stopped, updates, settings, chosen, notes, gain, averaged, zeros, best }: EnsembleRun) => ({
    ...{ test, stopped, updates, settings, chosen, notes, gain, averaged, zeros, best: best?.epoch },
  });
  expect(told(a)).toEqual(told(b));
}

const mlp = ['flatten', { dense: { units: 12 } }, 'relu', { dropout: { rate: 0.3 } }, { dense: { units: 10 } }];
const small: Rest = { limit: { train: 60, validation: 30, test: 30 }, batchSize: 20, epochs: 4 };

/** 3 calls an epoch unless said. */
const runs: Record<string, { dataset: Dataset; rest: Rest; engines?: Engine[] }> = {
  'adam, dropout': { dataset: digits, rest: { ...small, model: mlp, optimizer: 'adam' } },
  'convolution, batchNorm, augmentation': {
    dataset: digits,
    rest: {
      ...small,
      augment: [{ rotation: { degrees: 10 } }, { cutout: { size: 3 } }],
      model: [{ conv2d: { filters: 4 } }, 'batchNorm', 'relu', 'maxPool', 'flatten', { dense: { units: 10 } }],
      optimizer: 'momentum',
    },
  },
  ema: { dataset: digits, rest: { ...small, model: mlp, average: { ema: { decay: 0.9 } } } },
  'swa, batchNorm': {
    dataset: digits,
    rest: {
      ...small,
      model: ['flatten', { dense: { units: 8 } }, 'batchNorm', { dense: { units: 10 } }],
      average: { swa: { start: 0.25 } },
    },
  },
  snapshots: { dataset: digits, rest: { ...small, model: mlp, ensemble: { snapshots: 2 } } },
  members: { dataset: digits, rest: { ...small, epochs: 2, model: mlp, ensemble: { members: 3 }, seed: 5 } },
  'members with rows of their own': {
    dataset: digits,
    rest: { ...small, epochs: 2, model: mlp, ensemble: { members: 3, bag: true } },
  },
  reduceOnPlateau: {
    dataset: digits,
    rest: {
      ...small,
      model: mlp,
      optimizer: { sgd: { lr: 1 } },
      schedule: { reduceOnPlateau: { patience: 0, threshold: 0.3 } },
      earlyStopping: false,
    },
  },
  'early stopping': {
    dataset: digits,
    rest: { ...small, model: mlp, optimizer: { adam: { lr: 0.05 } }, epochs: 30, earlyStopping: { patience: 2 } },
  },
  'a last batch that is not full, gradient clipping, l1': {
    dataset: iris,
    rest: { model: 'mlp', batchSize: 50, epochs: 4, clip: { norm: 1 }, regularize: { l1: 0.01 } },
  },
  'no validation rows': {
    dataset: iris,
    rest: { model: 'linear', batchSize: 40, epochs: 4, split: { validation: 0, test: 0.2 } },
  },
  'a rate that was looked for': {
    dataset: iris,
    rest: { model: 'linear', batchSize: 40, epochs: 3, optimizer: { sgd: { lr: 'auto' } } },
    engines: [cpu],
  },
};
const lookedFor: Rest = { model: 'linear', batchSize: 40, epochs: 2, optimizer: { sgd: { lr: 'auto' } } };
const onTheWay: typeof runs = {
  ...runs,
  'members, whose rate was looked for': { dataset: iris, rest: { ...lookedFor, ensemble: { members: 3 } } },
};

describe('an interrupted run that is resumed', () => {
  const cases = Object.entries(runs).flatMap(([name, { engines = [cpu, referenceEngine], ...run }]) =>
    engines.map((engine) => [name, engine.name, engine, run] as const),
  );
  test.each(cases)(
    'ends with the same bits as one that was not: %s on %s',
    async (name, _, engine, { dataset, rest }) => {
      const experiment = on(dataset, rest);
      const whole = await trainEnsemble(dataset, experiment, { engine });
      // A search for a rate asks too, 300 times and once.
      const first = name.startsWith('a rate') ? 301 : 0;
      // Before the first update, inside an epoch, at its end; once, and again and again.
      for (const stops of [[1], [2], [4], [7], [5, 1], [3, 3, 1, 2]]) {
        const parts = [stops[0] + first, ...stops.slice(1)];
        expectSameRun(await inParts(dataset, experiment, engine, parts), whole);
      }
    },
  );

  test('goes on from every checkpoint that was taken on the way, whichever it was', async () => {
    for (const name of ['swa, batchNorm', 'members, whose rate was looked for', 'early stopping', 'snapshots']) {
      const { dataset, rest } = onTheWay[name];
      const taken: Checkpoint[] = [];
      const onCheckpoint = (checkpoint: Checkpoint) => void taken.push(checkpoint);
      const experiment = on(dataset, rest);
      const whole = await trainEnsemble(dataset, experiment, {
        engine: stepwise(),
        onCheckpoint,
        checkpointSeconds: 0,
      });
      expect(taken.at(-1)!.finished).toEqual(whole.stopped);
      expect(taken.slice(0, -1).every(({ finished }) => !finished)).toBe(true);
      expect(taken.length).toBeGreaterThan(8);
      for (const resume of taken.slice(0, -1).filter((_, i) => i % 3 === 0))
        expectSameRun(await trainEnsemble(dataset, experiment, { engine: cpu, resume }), whole);
    }
  });

  test('may be resumed twice from one checkpoint, which stays as it is', async () => {
    const { dataset, rest } = runs['adam, dropout'];
    const resume = await interrupted(5);
    const before = Buffer.from(encodeCheckpoint(resume));
    const [a, b] = await Promise.all([0, 1].map(() => trainOn(dataset, on(dataset, rest), { engine: cpu, resume })));
    expectSameRun(a, b);
    expect(before.equals(encodeCheckpoint(resume))).toBe(true);
  });

  test('counts its seconds from the beginning', async () => {
    const { dataset, rest } = runs['adam, dropout'];
    const resume = { ...(await interrupted(5)), seconds: 1000 };
    const { seconds } = await trainOn(dataset, on(dataset, rest), { engine: cpu, resume });
    expect(seconds).toBeGreaterThan(1000);
    expect(seconds).toBeLessThan(1060);
  });
});

/** The last checkpoint of a run that is interrupted before so many calls. */
async function interrupted(stop: number): Promise<Checkpoint> {
  const { dataset, rest } = runs['adam, dropout'];
  let latest: Checkpoint | undefined;
  const onCheckpoint = (checkpoint: Checkpoint) => void (latest = checkpoint);
  await trainOn(dataset, on(dataset, rest), { engine: cpu, signal: afterAsked(stop), onCheckpoint });
  return latest!;
}

describe('checkpoints', () => {
  const { dataset, rest } = runs['adam, dropout'];
  const experiment = on(dataset, rest);
  async function taken(options: TrainOptions): Promise<Checkpoint[]> {
    const all: Checkpoint[] = [];
    await trainOn(dataset, experiment, {
      engine: stepwise(),
      onCheckpoint: (checkpoint) => void all.push(checkpoint),
      ...options,
    });
    return all;
  }

  test('of a run shorter than the pause between two are one: that of its end', async () => {
    const all = await taken({});
    expect(all.map(({ finished }) => finished?.ending)).toEqual(['epochs']);
  });

  test('are taken at the ends of epochs and inside them where the pause is over', async () => {
    const all = await taken({ checkpointSeconds: 0 });
    // After each of the 3 updates of 4 epochs, and at the end of the run.
    expect(all.map(({ state }) => [state!.epoch, state!.rowsDone])).toEqual([
      ...[1, 2, 3, 4].flatMap((epoch) => [
        [epoch, 20],
        [epoch, 40],
        [epoch + 1, 0],
      ]),
      [5, 0],
    ]);
  });

  test('of a finished run hold the weights that were kept, and the run can be made again of them', async () => {
    const run = await trainOn(dataset, experiment, { engine: cpu });
    const [last] = await taken({});
    expectSameBits(last.state!.weights, run.weights);
    expect(last.state!.memory.size).toBe(0);
    const again = await trainOn(dataset, experiment, { engine: cpu, resume: decodeCheckpoint(encodeCheckpoint(last)) });
    expectSameRun(again, run);
  });

  test('that cannot be kept end the run with the error of who should keep them', async () => {
    const onCheckpoint = () => Promise.reject(new Error('no room'));
    await expect(trainOn(dataset, experiment, { engine: cpu, onCheckpoint })).rejects.toThrow('no room');
  });
});

/** What the refusal of a resumption says. */
async function refusal(change: Partial<Checkpoint>, data = digits, rest: Rest = {}, stop = 2): Promise<WellfitError> {
  const options = { engine: cpu, resume: { ...(await interrupted(stop)), ...change } };
  return trainEnsemble(data, { ...on(digits, runs['adam, dropout'].rest), ...rest }, options).then(
    () => expect.fail('it was resumed'),
    (error) => error,
  );
}

describe('what does not fit a checkpoint is refused with the reason:', () => {
  const pixels = digits.features as Uint8Array;
  const changed = pixels.slice();
  changed[12_345] ^= 1;
  const labels = (digits.targets as { data: Int32Array }).data.slice();
  [labels[3], labels[4]] = [labels[4], labels[3]];
  const targets = digits.targets as Extract<Dataset['targets'], { kind: 'classes' }>;
  const renamed = [...targets.classes].reverse();
  test.each<[string, Dataset, string]>([
    ['one other pixel', { ...digits, features: changed }, 'other values in the features'],
    ['two other labels', { ...digits, targets: { ...targets, data: labels } }, 'other values in the targets'],
    ['other classes', { ...digits, targets: { ...targets, classes: renamed } }, 'the names of classes'],
    [
      'fewer rows',
      {
        ...digits,
        rows: 1700,
        features: pixels.slice(0, 1700 * 64),
        targets: { ...targets, data: targets.data.slice(0, 1700) },
      },
      'expected  1,797 rows\n  received  1,700 rows',
    ],
    ['other shapes', { ...digits, shape: [1, 4, 16] }, 'expected  rows of [1, 8, 8]'],
    ['groups', { ...digits, groups: new Int32Array(digits.rows) }, 'the groups, times or test rows'],
  ])('%s', async (_, data, says) => {
    const { kind, message } = await refusal({}, data);
    expect(kind).toBe('data');
    expect(message).toContain(says);
  });

  test('other settings', async () => {
    expect((await refusal({}, digits, { epochs: 5 })).message).toContain(
      'expected  epochs = 4\n  received  epochs = 5',
    );
    expect((await refusal({}, digits, { seed: 1 })).message).toContain('seed = 1');
  });

  test('a finished run', async () => {
    const { message } = await refusal({}, digits, {}, Infinity);
    expect(message).toContain('this run is already finished');
    expect(message).toContain('all 4 epochs are done; 12 updates');
  });

  test('a state that this version keeps otherwise', async () => {
    const { state } = await interrupted(2);
    const memory = new Map(state!.memory);
    const [name] = [...memory.keys()].slice(-1);
    memory.delete(name);
    expect((await refusal({ state: { ...state!, memory } })).message).toContain(`does not hold "${name}"`);
  });
});

describe('the bytes of a checkpoint', async () => {
  let checkpoint: Checkpoint | undefined;
  const rest: Rest = { model: 'linear', batchSize: 60, epochs: 3, ensemble: { members: 2 } };
  await trainEnsemble(iris, on(iris, rest), {
    engine: referenceEngine,
    signal: afterAsked(9),
    onCheckpoint: (c) => void (checkpoint = c),
  });
  const one = checkpoint!;
  const bytes = encodeCheckpoint(one);

  test('give back all of it, NaN and infinity included', () => {
    expect(one.members).toHaveLength(1);
    const odd = {
      ...one,
      seconds: Number.NaN,
      state: { ...one.state!, losses: [Infinity, -Infinity, -0], stopping: { bestEpoch: 0, best: NaN, latest: NaN } },
    };
    const plain = JSON.parse(JSON.stringify(one.data));
    expect(decodeCheckpoint(encodeCheckpoint(odd))).toEqual({ ...odd, data: plain });
    expect(Object.is(decodeCheckpoint(encodeCheckpoint(odd)).state!.losses[2], -0)).toBe(true);
  });

  test('are refused where they are changed, wherever that is', () => {
    for (let at = 0; at < bytes.length; at += 1 + (at % 13)) {
      const changed = bytes.slice();
      changed[at] ^= 1 << (at % 8);
      let same = false;
      try {
        // Spaces behind the header may be any white space.
        same = Buffer.from(encodeCheckpoint(decodeCheckpoint(changed))).equals(bytes);
      } catch (error) {
        expect(error, `byte ${at}`).toBeInstanceOf(WellfitError);
        expect((error as WellfitError).kind).toBe('file');
        continue;
      }
      expect(same, `byte ${at} is changed and nobody said so`).toBe(true);
    }
  });

  const { tensors, metadata } = decodeTensors(bytes);
  test.each([
    ['newer', { ...metadata, version: '2' }, 'written by a newer Wellfit: version 2, this one reads 1'],
    ['another', { ...metadata, version: 'x' }, 'written by another Wellfit: version x, this one reads 1'],
    ['foreign', { format: 'pt' }, 'no checkpoint of Wellfit\n  received  the format "pt"'],
    ['nameless', {}, 'no format in its metadata'],
    ['without a run', { format: metadata.format, version: '1' }, 'damaged'],
  ])('of a %s file are refused', (_, given, says) => {
    expect(() => decodeCheckpoint(encodeTensors(tensors, given))).toThrow(says);
  });
});

describe('the hash of data', () => {
  const of = (bytes: Uint8Array) => new Hash().bytes(bytes).hex;
  test('depends on every bit, on the length and on the order, not on where the bytes lie', () => {
    for (const length of [0, 1, 3, 4, 5, 8, 31, 100]) {
      const bytes = Uint8Array.from({ length }, (_, i) => (i * 37) & 255);
      const seen = new Set([of(bytes), of(new Uint8Array([...bytes, 0]))]);
      for (let bit = 0; bit < 8 * length; bit++) {
        const other = bytes.slice();
        other[bit >> 3] ^= 1 << (bit & 7);
        seen.add(of(other));
      }
      expect(seen.size).toBe(2 + 8 * length);
      const moved = new Uint8Array(length + 3).subarray(3);
      moved.set(bytes);
      expect(of(moved)).toBe(of(bytes));
    }
    expect(of(Uint8Array.of(1, 0, 0, 0, 2, 0, 0, 0))).not.toBe(of(Uint8Array.of(2, 0, 0, 0, 1, 0, 0, 0)));
    expect(new Set(Array.from({ length: 64 }, (_, n) => of(new Uint8Array(n)))).size).toBe(64);
  });

  test('of bytes that lie askew is that of the same bytes in words, across blocks too', () => {
    const bytes = Uint8Array.from({ length: (4 << 20) + 4000 + 3 }, (_, i) => (i * i) >> 3);
    const moved = new Uint8Array(bytes.length + 1).subarray(1);
    moved.set(bytes);
    expect(of(moved)).toBe(of(bytes));
  });
});
