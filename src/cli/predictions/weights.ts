import { type Tensor, WellfitError } from '../../base/index.ts';
import { encodeTensors } from '../../safetensors/index.ts';
import type { Checkpoint } from '../../train/index.ts';

/**
 * The weights that count of a run as a safetensors file: parameters and running statistics by name, those of an ensemble as "member1.…". The metadata
 * hold the settings and what the data were, as JSON.
 * @throws WellfitError where no epoch was completed
 */
export function weightsFile(checkpoint: Checkpoint): Uint8Array {
  const { settings, data, state, members = [] } = checkpoint;
  const networks = [...members.map(({ state }) => state), state].flatMap((one) =>
    one === undefined ? [] : one.snapshots.length > 0 ? one.snapshots : [one.weights],
  );
  const several = settings.ensemble !== undefined;
  const tensors = new Map<string, Tensor>(
    networks.flatMap((weights, i) =>
      [...weights].map(([name, tensor]): [string, Tensor] => [several ? `member${i + 1}.${name}` : name, tensor]),
    ),
  );
  if (tensors.size === 0)
    throw new WellfitError('data', 'the run has no weights yet', {
      likely: 'it was interrupted before its first epoch was done',
      fix: 'go on with it: wellfit train --resume',
    });
  return encodeTensors(tensors, {
    format: 'wellfit',
    'wellfit.settings': JSON.stringify(settings),
    'wellfit.data': JSON.stringify(data),
    'wellfit.finished': String(checkpoint.finished !== undefined),
  });
}
