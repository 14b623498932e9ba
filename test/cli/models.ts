import { mkdirSync, writeFileSync } from 'node:fs';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fromArrays } from '../../src/data/index.ts';
import { encodePng } from '../../src/data/readers/index.ts';
import { churn, modelOf, people, spending } from '../predict/support.ts';
import { folderWith } from './support.ts';

const field = (cell: unknown): string => {
  const text = cell instanceof Date ? cell.toISOString().slice(0, 10) : String(cell ?? '');
  return /[",]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
};

const names = ['id', 'age', 'city', 'plan', 'since', 'active', 'spent', 'churned'];

/** The people of the tests as CSV, each with a number of its own. */
export const peopleCsv = `${names.join(',')}\n${people.map((row, id) => `${names.map((name) => field(name === 'id' ? 1000 + id : row[name])).join(',')}\n`).join('')}`;

/** A folder with people.csv and models of them: of classes (in the folder "run"), and of numbers. */
export async function folderWithModels(): Promise<string> {
  const cwd = await folderWith({ 'people.csv': peopleCsv });
  await mkdir(join(cwd, 'run'));
  await writeFile(join(cwd, 'run', 'model.onnx'), await modelOf(await churn()));
  await writeFile(join(cwd, 'spending.onnx'), await modelOf(await spending()));
  return cwd;
}

/** Images of 8 x 8 pixels in folders named as their classes, and a model of them. */
export async function folderWithImages(): Promise<string> {
  const cwd = await folderWith();
  const pixels: number[] = [];
  const targets: string[] = [];
  for (const label of ['bright', 'dark']) {
    mkdirSync(join(cwd, 'photos', label), { recursive: true });
    for (let n = 0; n < 20; n++) {
      const data = Uint8Array.from({ length: 64 }, (_, i) => (label === 'dark' ? 20 : 200) + ((i * 7 + n * 13) % 50));
      pixels.push(...data);
      targets.push(label);
      if (n < 5) writeFileSync(join(cwd, 'photos', label, `${n}.png`), await encodePng(data, [1, 8, 8]));
    }
  }
  const dataset = fromArrays({ features: Uint8Array.from(pixels), shape: [1, 8, 8], targets, name: 'photos' });
  const model = ['flatten', { dense: { units: 2 } }];
  await writeFile(
    join(cwd, 'photos.onnx'),
    await modelOf(dataset, { model, batchSize: 8, epochs: 20, optimizer: { adam: { lr: 0.01 } } }),
  );
  return cwd;
}
