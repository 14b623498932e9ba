import { WellfitError } from '../../base/index.ts';
import type { Engine } from '../../engine/index.ts';
import { Graph } from '../../graph/index.ts';
import { gemm } from '../../ops/index.ts';
import { groupsOf } from './groups.ts';
import { means } from './moments.ts';
import { type Pulse, part } from './pulse.ts';
import type { Rows } from './rows.ts';

/**
 * Mean (float64) and covariance Σ (x - mean)(x - mean)ᵀ / n of the rows, the population's. The engine multiplies blocks of centered rows,
 * in 32 bits where it is ONNX Runtime; the blocks are summed in float64.
 * @throws WellfitError where the squares are too large for the engine
 */
export async function covariance(
  rows: Rows,
  engine: Engine,
  where: string,
  pulse: Pulse,
): Promise<{ mean: Float64Array; matrix: Float64Array }> {
  const { width, blockRows, count } = rows;
  const mean = await means(rows, groupsOf(rows.shape, 'feature'), part(pulse, 0, 0.3));
  const shape = [blockRows, width];
  const graph = new Graph();
  const x = graph.feed('centered', 'float', shape);
  graph.output('products', gemm(x, x, { transA: 1, transB: 0 }));
  const program = await engine.compile(graph);
  const memory = engine.memory();
  const matrix = new Float64Array(width * width);
  try {
    // What the last block leaves empty must be 0.
    const centered = new Float64Array(blockRows * width);
    for await (const { data, rows: height } of rows.blocks(part(pulse, 0.3, 1))) {
      for (let row = 0, at = 0; row < height; row++)
        for (let i = 0; i < width; i++, at++) centered[at] = data[at] - mean[i];
      centered.fill(0, height * width);
      const { products } = await program.run(memory, { centered: { dtype: 'float', shape, data: centered } });
      for (let i = 0; i < matrix.length; i++) matrix[i] += products.data[i];
    }
  } finally {
    await program.release();
  }
  for (let i = 0; i < matrix.length; i++) matrix[i] /= count;
  if (!matrix.every(Number.isFinite))
    throw new WellfitError('data', `${where}: the covariances are too large for 32 bits`, {
      expected: 'features whose squares stay below 3e38',
      fix: 'put "standardize" before it',
    });
  return { mean, matrix };
}
