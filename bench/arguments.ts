import { parseArgs } from 'node:util';

/** --step and --threads of a peer. */
export function arguments_(): { step: string; threads: number } {
  const { values } = parseArgs({
    options: { step: { type: 'string', default: 'tiny' }, threads: { type: 'string', default: '1' } },
  });
  return { step: values.step, threads: Number(values.threads) };
}
