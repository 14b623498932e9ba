import { type Dataset, fromRows, type Row } from '../../src/data/index.ts';
import { onnxRuntimeEngine } from '../../src/engine/index.ts';
import { trainEnsemble } from '../../src/ensemble/index.ts';
import { modelFile } from '../../src/export/index.ts';

const cities = ['Rome', 'Oslo', 'São Paulo', 'a, "b"'];

/** People of whom some have left: numbers, categories, dates and booleans, each missing here and there. */
export const people: readonly Row[] = Array.from({ length: 400 }, (_, i) => {
  const age = 18 + ((i * 37) % 60);
  const plan = ['basic', 'pro', 'team'][i % 3];
  return {
    age: i % 29 === 0 ? null : age,
    city: i % 23 === 0 ? '' : cities[(i * 7) % 4],
    plan,
    since: i % 31 === 0 ? undefined : new Date(Date.UTC(2020, 0, 1 + ((i * 13) % 900))),
    active: i % 5 < 2,
    spent: age * 2 + (plan === 'pro' ? 40 : 0) + ((i * 17) % 10) + 0.5,
    churned: age > 45 && plan !== 'team' ? 'yes' : i % 11 === 0 ? 'yes' : 'no',
  };
});

export const without = (rows: readonly Row[], ...names: string[]): Row[] =>
  rows.map((row) => Object.fromEntries(Object.entries(row).filter(([name]) => !names.includes(name))));

/** A small model of a data set. */
export async function modelOf(dataset: Dataset, rest: object = {}): Promise<Uint8Array> {
  const experiment = {
    data: { dataset: dataset.name },
    model: [{ dense: { units: 8 } }, 'tanh', { dense: { units: outputs(dataset) } }],
    epochs: 4,
    batchSize: 32,
    ...rest,
  };
  return modelFile(await trainEnsemble(dataset, experiment, { engine: onnxRuntimeEngine({ threads: 1 }) }));
}

const outputs = ({ targets }: Dataset): number => (targets.kind === 'classes' ? targets.classes.length : targets.width);

export const churn = (): Promise<Dataset> =>
  fromRows(without(people, 'spent'), { target: 'churned', name: 'people', columns: { plan: 'category' } });

export const spending = (): Promise<Dataset> =>
  fromRows(without(people, 'churned'), { target: 'spent', name: 'people' });
