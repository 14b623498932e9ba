import type { Engine, Memory, Program } from '../engine/index.ts';
import { metrics } from '../nn/index.ts';
import type { Measure } from './events.ts';
import type { Network } from './network.ts';
import { evaluationGraph } from './step.ts';

/** Measures the current weights on any rows, in evaluation mode. One program; the last batch is padded with rows of weight 0. */
export class Evaluator {
  private program?: Promise<Program>;
  private readonly engine: Engine;
  private readonly memory: Memory;
  private readonly network: Network;
  private readonly batch: number;

  constructor(engine: Engine, memory: Memory, network: Network, batch: number) {
    this.memory = memory;
    this.network = network;
    this.batch = batch;
    this.engine = engine;
  }

  async measure(rows: Int32Array): Promise<Measure> {
    this.program ??= this.engine.compile(evaluationGraph(this.network, this.batch));
    const program = await this.program;
    const indices = new Int32Array(this.batch);
    const weights = new Float32Array(this.batch);
    let [loss, metric] = [0, 0];
    for (let start = 0; start < rows.length; start += this.batch) {
      const part = rows.subarray(start, start + this.batch);
      indices.fill(part[0]).set(part);
      weights.fill(0).fill(1, 0, part.length);
      const sums = await program.run(this.memory, {
        indices: { dtype: 'int32', shape: [this.batch], data: indices },
        weights: { dtype: 'float', shape: [this.batch], data: weights },
      });
      loss += sums.loss.data[0];
      metric += sums.metric.data[0];
    }
    return { loss: loss / rows.length, metric: metrics[this.network.metric].finish(metric / rows.length) };
  }

  async release(): Promise<void> {
    await (await this.program)?.release();
  }
}
