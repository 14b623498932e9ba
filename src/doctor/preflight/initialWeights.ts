import { short } from '../../base/index.ts';
import { parametersOf } from '../../nn/index.ts';
import { type Check, ok, skipped } from './check.ts';
import { changeModel } from './layers.ts';

/** How many times larger or smaller than what the fans ask for. */
const [most, least] = [5, 0.05] as const;
/** With fewer numbers their size is chance. */
const fewest = 8;

export const initialWeights: Check = {
  question: 'Are the first weights of the size that their fans ask for?',
  healthy: `root mean square from ${least} times the smaller of √(1/fan in) and √(2/(fan in + fan out)) to ${most} times √(2/fan in)`,
  meaning:
    'a unit adds up as many products as it has inputs: larger weights make numbers grow from layer to layer, smaller ones make them die out',
  quick: true,
  leadsTo: [
    'finite',
    'initialLoss',
    'activationScale',
    'saturation',
    'deadUnits',
    'gradientScale',
    'penalties',
    'overfit',
    'rates',
  ],
  async run(context) {
    const { network, memory } = context;
    const drawn = parametersOf(network.model).filter(
      ({ name, spec }) => spec.decay && !spec.first && spec.shape.length > 1 && !name.startsWith('embed'),
    );
    const found: { name: string; size: number; low: number; high: number; off: number }[] = [];
    for (const { name, spec } of drawn) {
      const { data } = await memory.get(name);
      if (data.length < fewest) continue;
      const { fanIn, fanOut } = spec;
      const size = Math.sqrt(Array.from(data).reduce((sum, w) => sum + w * w, 0) / data.length);
      const low = least * Math.min(Math.sqrt(1 / fanIn), Math.sqrt(2 / (fanIn + fanOut)));
      const high = most * Math.sqrt(2 / fanIn);
      // What begins at 0 is judged by what it gives.
      if (size > 0) found.push({ name, size, low, high, off: Math.max(size / high, low / size) });
    }
    if (found.length === 0) return skipped('there are no weights that were drawn');
    const worst = found.reduce((a, b) => (b.off > a.off ? b : a));
    const { name, size, low, high, off } = worst;
    const measured = `${off > 1 ? 'farthest off' : 'nearest to a bound'}: ${name}, root mean square ${short(size, 2)}`;
    const healthy = `${short(low, 2)} … ${short(high, 2)} for ${name}, by its fans`;
    if (!(off > 1)) return ok(measured, healthy);
    const layer = name.slice(0, name.lastIndexOf('.'));
    const bad = new Set(found.filter((one) => one.off > 1).map((one) => one.name.slice(0, one.name.lastIndexOf('.'))));
    return {
      verdict: 'warning',
      measured,
      healthy,
      layer,
      changes: changeModel(context, `init of ${[...bad].map((one) => `"${one}"`).join(', ')} -> auto`, (entries) =>
        entries.map((entry) => withInit(entry, bad)),
      ),
    };
  },
};

/** The entry with the initializer that suits its activation, where it is one of the layers named. */
export function withInit(entry: unknown, names: ReadonlySet<string>): unknown {
  const [kind, options] = Object.entries(entry as object)[0] as [string, Record<string, unknown>];
  return names.has(options.name as string) && 'init' in options ? { [kind]: { ...options, init: 'auto' } } : entry;
}
