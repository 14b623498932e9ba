import type { Dataset } from '../../data/index.ts';
import type { Engine } from '../../engine/index.ts';
import { combineOutputs, type EnsembleRun, linkOf } from '../../ensemble/index.ts';
import type { Predictions } from '../../nn/index.ts';
import { judgeRows, type Network, predictionsOf } from '../../train/index.ts';

/** Asks the model of a run about rows of any data set with the same columns. */
export type Judge = (dataset: Dataset, rows: Int32Array) => Promise<Predictions>;

/** The one place that knows how a run's networks are asked and how their answers become one. */
export const judgeOf =
  ({ network, members, weights, settings: { ensemble } }: EnsembleRun, engine: Engine): Judge =>
  async (dataset, rows) => {
    const sized = sizedFor(dataset.rows);
    const asked = (members && ensemble ? members : [{ network, weights }]).map((member) => ({
      network: sized(member.network),
      weights: member.weights,
    }));
    const judged = await judgeRows(dataset, asked, rows, engine);
    if (!ensemble || judged.length === 1) return judged[0];
    const [{ width }] = judged;
    const outputs = combineOutputs(
      judged.map((member) => member.outputs),
      width,
      linkOf(network, ensemble.combine),
    );
    return predictionsOf(dataset, rows, outputs, width);
  };

/** Networks for so many rows; the same one for the same network, so that its program is compiled once. */
function sizedFor(rows: number): (network: Network) => Network {
  const known = new Map<Network, Network>();
  return (network) => {
    const sized = known.get(network) ?? { ...network, data: { ...network.data, rows } };
    known.set(network, sized);
    return sized;
  };
}
