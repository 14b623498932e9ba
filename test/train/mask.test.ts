import { describe, expect, test } from 'vitest';
import { evaluate } from '../../src/engine/index.ts';
import { Graph, liveNodes } from '../../src/graph/index.ts';
import { slice } from '../../src/ops/index.ts';
import { maskKeys, randomMask } from '../../src/train/step/mask.ts';
import { runOn } from '../support/graphs.ts';
import { cpu } from './support.ts';

const shape = [64, 100];
const size = 6400;

function graphOf(keep: number, steps = 1) {
  const graph = new Graph();
  const keys = graph.feed('x0', 'int32', [2 * steps]);
  for (let step = 0; step < steps; step++)
    graph.output(
      `mask${step}`,
      randomMask(slice(keys, { starts: [2 * step], ends: [2 * step + 2], axes: [0], steps: [1] }), shape, keep),
    );
  return graph;
}

function mask(keep: number, seed: number, update: number, layer = 'dropout1'): Float64Array {
  const graph = graphOf(keep);
  const keys = { dtype: 'int32', shape: [2], data: Int32Array.from(maskKeys(seed, update, layer)) } as const;
  return Float64Array.from(evaluate(graph, liveNodes(graph), { x0: keys }).outputs.mask0.data);
}

const mean = (x: ArrayLike<number>): number => Array.from(x).reduce((sum, v) => sum + v, 0) / x.length;

describe('the mask of dropout', () => {
  test.each([0.1, 0.5, 0.8, 0.999])('keeps the share %d of all numbers, in every update', (keep) => {
    for (let update = 1; update <= 10; update++) {
      const m = mask(keep, 0, update);
      expect(m.every((v) => v === 0 || v === 1)).toBe(true);
      expect(Math.abs(mean(m) - keep)).toBeLessThan(5 * Math.sqrt((keep * (1 - keep)) / size));
    }
  });

  test('is the same for the same seed, update and layer, and unrelated to any other', () => {
    const base = mask(0.5, 1, 7);
    expect(mask(0.5, 1, 7)).toEqual(base);
    for (const other of [mask(0.5, 2, 7), mask(0.5, 1, 8), mask(0.5, 1, 7, 'dropout2')]) {
      // Two independent fair coins agree half of the time.
      const agreement = mean(base.map((v, i) => (v === other[i] ? 1 : 0)));
      expect(Math.abs(agreement - 0.5)).toBeLessThan(5 * Math.sqrt(0.25 / size));
    }
  });

  test('drops each position about as often as any other over many updates, and neighbours independently', () => {
    const updates = 400;
    const masks = Array.from({ length: updates }, (_, update) => mask(0.5, 3, update + 1));
    const often = Array.from({ length: size }, (_, i) => mean(masks.map((m) => m[i])));
    // The largest of 6400 deviations stays below 5 standard deviations (chance of one beyond: 0.4 %).
    expect(Math.max(...often.map((share) => Math.abs(share - 0.5)))).toBeLessThan(5 * Math.sqrt(0.25 / updates));
    const together = mean(masks.map((m) => mean(m.subarray(1).map((v, i) => (v === m[i] ? 1 : 0)))));
    expect(Math.abs(together - 0.5)).toBeLessThan(5 * Math.sqrt(0.25 / (size * updates)));
  });

  test('is the same to the bit on ONNX Runtime, also for several steps in one graph', async () => {
    const keys = [1, 2, 3].flatMap((update) => maskKeys(0, update, 'dropout1'));
    const fed = [{ dtype: 'int32', shape: [6], data: Int32Array.from(keys) } as const];
    const outputs = await runOn(cpu, graphOf(0.7, 3), fed);
    for (const step of [0, 1, 2]) expect([...outputs[`mask${step}`].data]).toEqual([...mask(0.7, 0, step + 1)]);
  });
});
