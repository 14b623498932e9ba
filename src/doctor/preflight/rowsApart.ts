import { percent } from '../../base/index.ts';
import { epochOrder } from '../../data/index.ts';
import { Graph } from '../../graph/index.ts';
import { lossOfBatch, weightStates } from '../../train/index.ts';
import { type Check, ok, skipped } from './check.ts';
import type { Context } from './context.ts';
import { withoutNoise } from './layers.ts';

/** Rows in the batch; the first one stays. */
const batch = 4;
/** Change of the first row's output, beside its size, that rounding alone may make. */
const most = 1e-4;

export const rowsApart: Check = {
  question: 'Do the rows of a batch leave each other alone?',
  healthy: `the answer for a row changes by less than ${most} of its size when the other rows do`,
  meaning:
    'numbers of one row leak into the answer for another: a sum or a softmax over the wrong axis, or rows read as something else',
  quick: false,
  leadsTo: ['overfit'],
  async run(context) {
    const { network, rows, resolved } = context;
    if (rows.train.length < 2 * batch) return skipped('there are too few rows');
    const order = epochOrder(rows.train, resolved.settings.seed, 0);
    const [one, other] = [order.slice(0, batch), Int32Array.from([order[0], ...order.slice(batch, 2 * batch - 1)])];
    const evaluated = await changeOf(context, one, other, false);
    const mixing = network.model.layers.find(({ kind }) => kind === 'batchNorm');
    const trained = mixing ? 0 : await changeOf(context, one, other, true);
    const worst = Math.max(evaluated, trained);
    const left = mixing ? `; while training "${mixing.name}" mixes them on purpose` : ' and while training';
    const measured = `changes by ${percent(worst, 3)} in evaluation${left}`;
    if (Number.isNaN(worst)) return skipped('the answers are no numbers');
    if (worst <= most) return ok(measured);
    return {
      verdict: 'error',
      measured,
      layer: network.model.imported ? 'imported' : network.model.layers[0].name,
      try: [
        'look for an operator whose axis is that of the rows',
        'wellfit inspect shows the operators of an imported model',
      ],
    };
  },
};

/** How far the output for the first row, the same in both batches, differs between them; without noise and augmentation. */
async function changeOf(context: Context, one: Int32Array, other: Int32Array, training: boolean): Promise<number> {
  const { engine, memory } = context;
  const network = { ...context.network, model: withoutNoise(context.network.model) };
  const graph = new Graph();
  const indices = graph.feed('indices', 'int32', [batch]);
  const none = () => graph.scalar(1, 'float');
  const { output } = lossOfBatch(
    graph,
    network,
    indices,
    weightStates(graph, network),
    training ? { mask: none, uniform: none } : undefined,
  );
  graph.output('output', output);
  const program = await engine.compile(graph);
  try {
    const answers: number[][] = [];
    for (const data of [one, other]) {
      const result = await program.run(memory, { indices: { dtype: 'int32', shape: [batch], data } });
      answers.push(Array.from(result.output.data.subarray(0, result.output.data.length / batch)));
    }
    const [a, b] = answers;
    const size = Math.max(...a.map(Math.abs), 1e-6);
    return Math.max(...a.map((x, i) => Math.abs(x - b[i]))) / size;
  } finally {
    await program.release();
  }
}
