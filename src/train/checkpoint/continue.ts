import { grouped, WellfitError } from '../../base/index.ts';
import type { Dataset } from '../../data/index.ts';
import { encode } from '../../runs/index.ts';
import { type Resolved, resolve } from '../settings/resolve.ts';
import type { Settings } from '../settings/schema.ts';
import { checkSameData, fingerprintOf } from './fingerprint.ts';
import type { Checkpoint } from './state.ts';

/**
 * The settings with which a run goes on: those of its checkpoint.
 * @throws WellfitError where the data or the experiment is another one
 */
export function continued(checkpoint: Checkpoint, experiment: unknown, dataset: Dataset): Resolved {
  checkSameData(checkpoint.data, fingerprintOf(dataset), 'the checkpoint was made');
  const { settings, chosen } = checkpoint;
  const asked = withRateOf(resolve(experiment, dataset).settings, settings);
  const names = new Set([...Object.keys(settings), ...Object.keys(asked)]) as Set<keyof Settings>;
  for (const name of names) {
    const [then, now] = [encode(settings[name]), encode(asked[name])];
    if (then !== now)
      throw new WellfitError('option', 'the checkpoint belongs to an experiment with other settings', {
        expected: `${name} = ${then}`,
        received: `${name} = ${now}`,
        fix: 'continue with the settings of the checkpoint, or start a new run',
      });
  }
  // What was read for the experiment serves the run again.
  const { from } = experiment as { from?: object };
  return { ...resolve(from ? { ...settings, from } : settings, dataset), chosen };
}

/** A rate that was to be found is the one that was found. */
function withRateOf(asked: Settings, { optimizer: found }: Settings): Settings {
  const [[kind, options]] = Object.entries(asked.optimizer) as [string, { lr?: unknown }][];
  const known = found[kind] as { lr?: unknown } | undefined;
  if (options.lr !== 'auto' || !known) return asked;
  return { ...asked, optimizer: { [kind]: { ...options, lr: known.lr } } };
}

/** @throws WellfitError where there is nothing to continue */
export function refuseFinished({ finished, state, members }: Checkpoint): void {
  if (!finished) return;
  const last = state ?? members?.at(-1)?.state;
  throw new WellfitError('option', 'this run is already finished', {
    expected: 'the checkpoint of a run that was interrupted',
    received: `${finished.words}${last ? `; ${grouped(last.update)} updates` : ''}`,
    fix: 'start a new run; its model is written already',
  });
}
