import { formatShape, sameShape, type Tensor, WellfitError } from '../../base/index.ts';
import type { Memory } from '../../engine/index.ts';
import { parametersOf, statesOf } from '../../nn/index.ts';
import type { Weights } from '../records.ts';
import { averageState } from '../step/averaging.ts';
import type { Network } from '../step/network.ts';
import { optimizerState, optimizerStates } from '../step/step.ts';

/** Every name that a step reads and writes, with its shape; the data is none of it. */
function held(network: Network): Map<string, Tensor['shape']> {
  const parameters = parametersOf(network.model);
  const weights = [...parameters, ...statesOf(network.model)];
  return new Map([
    ...weights.map(({ name, spec }) => [name, spec.shape] as const),
    ...(network.averaged ? weights.map(({ name, spec }) => [averageState(name), spec.shape] as const) : []),
    ...parameters.flatMap((parameter) =>
      Object.keys(optimizerStates(network, parameter)).map(
        (state) => [optimizerState(parameter.name, state), parameter.spec.shape] as const,
      ),
    ),
  ]);
}

/** A copy of all that a step reads and writes. */
export const readMemory = async (memory: Memory, network: Network): Promise<Weights> =>
  new Map(await Promise.all([...held(network).keys()].map(async (name) => [name, await memory.get(name)] as const)));

/** Puts it back; what is given stays untouched. */
export function restoreMemory(memory: Memory, network: Network, from: Weights): void {
  for (const [name, shape] of held(network)) {
    const tensor = from.get(name);
    if (!tensor || !sameShape(tensor.shape, shape))
      throw new WellfitError('file', `the checkpoint does not hold "${name}" as this version of Wellfit keeps it`, {
        expected: formatShape(shape),
        received: tensor ? formatShape(tensor.shape) : 'nothing',
        likely: 'it was written by another version of Wellfit',
        fix: 'continue with the version that began the run',
      });
    memory.set(name, { ...tensor, data: tensor.data.slice() });
  }
}
