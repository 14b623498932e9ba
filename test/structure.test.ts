import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative, sep } from 'node:path';
import { describe, expect, test } from 'vitest';
import { augmentations } from '../src/data/index.ts';
import { initializers, layers, losses, metrics } from '../src/nn/index.ts';
import { clippers, optimizers, regularizers, schedules } from '../src/optim/index.ts';
import { preprocessors } from '../src/preprocess/index.ts';
import { averages } from '../src/train/index.ts';

/** The rooms from the ground up. A room imports only rooms that stand before it, and only through their index.ts. */
const rooms = [
  'base',
  'graph',
  'ops',
  'autodiff',
  'onnx',
  'safetensors',
  'engine',
  'data',
  'preprocess',
  'nn',
  'optim',
  'runs',
  'monitor',
  'train',
  'ensemble',
  'doctor',
  'search',
  'predict',
  'export',
  'report',
  'server',
  'cli',
];
/** Doors other than index.ts: what needs Node stands apart from what a browser can load. */
const otherDoors = [
  'data/readers/index.ts',
  'runs/store/index.ts',
  'runs/background/index.ts',
  'search/workers/index.ts',
  'search/queue/index.ts',
];
/** Where the operating system may be touched. */
const mayUseNode = [
  'data/readers/',
  'runs/store/',
  'runs/background/',
  'search/workers/',
  'search/queue/',
  'server/',
  'cli/',
];
/** Who else may use a library that only one room should know. */
const owners: Record<string, string | readonly string[]> = {
  '#onnxruntime': 'engine/onnxruntime/',
  'protobufjs/minimal.js': ['onnx/schema/', 'runs/tensorboard/'],
  '@duckdb/node-api': 'data/readers/table/',
  commander: 'cli/',
  kysely: 'runs/store/',
  pg: 'runs/store/',
  'pg-boss': 'search/queue/',
  sharp: 'data/readers/imageFolder/',
  zod: 'base/',
};
const root = join(import.meta.dirname, '..');
const techniques = join(root, 'docs', 'techniques');
const mostLines = 400;

const files = execFileSync('git', ['ls-files', '-co', '--exclude-standard', 'src'], { cwd: root, encoding: 'utf8' })
  .split('\n')
  .filter((file) => /\.(ts|js)$/.test(file) && !file.endsWith('.d.ts'))
  .map((file) => ({ path: file.slice('src/'.length), text: readFileSync(join(root, file), 'utf8') }));

const imports = files.flatMap(({ path, text }) =>
  Array.from(text.matchAll(/(?:from|import)\s*\(?\s*'([^']+)'/g), ([, target]) => ({ path, target })),
);
const roomOf = (path: string) => path.split('/')[0];
const resolved = (path: string, target: string) =>
  relative('.', join(dirname(path), target))
    .split(sep)
    .join('/');

describe('the house', () => {
  test('every source file stands in a known room or is a face of the package', () => {
    expect(files.map(({ path }) => path).filter((path) => path.includes('/') && !rooms.includes(roomOf(path)))).toEqual(
      [],
    );
  });

  test('a room imports only rooms below it, through their doors', () => {
    const broken = imports.filter(({ path, target }) => {
      if (!target.startsWith('.') || !path.includes('/')) return false;
      const to = resolved(path, target);
      if (roomOf(to) === roomOf(path)) return false;
      const door = to === `${roomOf(to)}/index.ts` || otherDoors.includes(to);
      return !door || rooms.indexOf(roomOf(to)) >= rooms.indexOf(roomOf(path));
    });
    expect(broken).toEqual([]);
  });

  test('only readers and the command line touch Node', () => {
    expect(
      imports.filter(
        ({ path, target }) => target.startsWith('node:') && !mayUseNode.some((room) => path.startsWith(room)),
      ),
    ).toEqual([]);
  });

  test('what describes does not reach what needs Node', () => {
    expect(
      imports.filter(
        ({ path, target }) =>
          target.includes('readers/index.ts') &&
          !['index.ts'].includes(path) &&
          !path.startsWith('search/workers/') &&
          !path.startsWith('cli/'),
      ),
    ).toEqual([]);
  });

  test('only the owner of a library imports it', () => {
    const strangers = imports.filter(
      ({ path, target }) =>
        !target.startsWith('.') &&
        !target.startsWith('node:') &&
        !(owners[target] && [owners[target]].flat().some((room) => path.startsWith(room))),
    );
    expect(strangers).toEqual([]);
  });

  test('only the command line prints or exits', () => {
    const loud = files.filter(
      ({ path, text }) =>
        !path.startsWith('cli/') && /console\.|process\.(exit|stdout|stderr)/.test(text.replace(/^ \*.*$/gm, '')),
    );
    expect(loud.map(({ path }) => path)).toEqual([]);
  });

  test(`no file has more than ${mostLines} lines`, () => {
    const long = files.filter(
      ({ path, text }) => !path.startsWith('onnx/schema/') && text.split('\n').length > mostLines,
    );
    expect(long.map(({ path }) => path)).toEqual([]);
  });

  test('every name that an experiment can use stands on a page of techniques', () => {
    const pages = readdirSync(techniques).map((file) => readFileSync(join(techniques, file), 'utf8'));
    // What a network is built of, not how it is trained.
    const plain = ['dense', 'conv2d', 'maxPool', 'averagePool', 'globalAveragePool', 'flatten'];
    const tables = {
      preprocessors,
      augmentations,
      layers,
      initializers,
      losses,
      metrics,
      optimizers,
      schedules,
      regularizers,
      clippers,
      averages,
    };
    const missing = Object.values(tables)
      .flatMap((table) => Object.keys(table))
      .filter((name) => !plain.includes(name) && !pages.some((page) => page.includes(`\`${name}\``)));
    expect(missing).toEqual([]);
  });

  test('every operator, layer, initializer, loss, metric, optimizer, regularizer, schedule and command is a file that its table lists', () => {
    const tables = {
      'ops/table.ts': /^ops\/(?:elementwise|reduce|layout|linear|pool)\//,
      'nn/layers/index.ts': /^nn\/layers\//,
      'nn/initializers/index.ts': /^nn\/initializers\//,
      'nn/losses/index.ts': /^nn\/losses\//,
      'nn/metrics/index.ts': /^nn\/metrics\//,
      'optim/optimizers/index.ts': /^optim\/optimizers\//,
      'optim/regularizers/index.ts': /^optim\/regularizers\//,
      'optim/schedules/index.ts': /^optim\/schedules\//,
      'preprocess/index.ts': /^preprocess\/[^/]+\.ts$/,
      'data/augment/table.ts': /^data\/augment\//,
      'cli/commands/index.ts': /^cli\/commands\//,
      'doctor/rules/index.ts': /^doctor\/rules\//,
      'doctor/preflight/index.ts': /^doctor\/preflight\//,
      'search/pruners/index.ts': /^search\/pruners\//,
    };
    const helpers = [
      'families',
      'rowwise',
      'window',
      'kernelGradient',
      'layer',
      'spatial',
      'initializer',
      'loss',
      'metric',
      'predictions',
      'preprocessor',
      'augmentation',
      'affine',
      'warp',
      'box',
      'colors',
      'draws',
      'plan',
      'table',
      'averages',
      'ranking',
      'report',
      'optimizer',
      'regularizer',
      'sums',
      'schedule',
      'check',
      'context',
      'layers',
      'curve',
      'relation',
      'preflight',
      'pruner',
      'reports',
      'halving',
      'crc32',
      'signedRank',
      'explosion',
      'index',
    ];
    for (const [table, folder] of Object.entries(tables)) {
      const listed = files.find(({ path }) => path === table)!.text;
      for (const { path } of files.filter((file) => folder.test(file.path))) {
        const name = path.split('/').pop()!.replace('.ts', '');
        if (!helpers.includes(name))
          expect(listed, `${name} in ${table}`).toMatch(new RegExp(`\\b${name}\\b.*\\b${name}\\.ts'`));
      }
    }
  });
});
