import { existsSync } from 'node:fs';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { extname, join } from 'node:path';
import { type Browser, chromium, type Page } from 'playwright-core';
import { build } from 'vite';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { modelFile, trainOn } from '../../src/browser.ts';
import { type ClassPrediction, loadModel } from '../../src/index.ts';
import { operators } from '../../src/ops/index.ts';
import { churn, modelOf, people } from '../predict/support.ts';
import { distance } from '../support/graphs.ts';
import type { PageApi } from './app/page.ts';
import { rings, ringsExperiment } from './rings.ts';

const executable = process.env.CHROMIUM ?? '/usr/bin/chromium';
const present = existsSync(executable);
const types: Record<string, string> = {
  '.html': 'text/html',
  '.js': 'text/javascript',
  '.mjs': 'text/javascript',
  '.wasm': 'application/wasm',
};

/** What ONNX Runtime's WebGPU kernels (1.30) do otherwise. */
const webGpuDiffers = [
  { sample: /^(sin|cos), /, reason: 'WGSL allows an absolute error of 2^-11 for sin and cos' },
  { sample: /^(exp|log), extremes/, reason: 'WGSL leaves overflow and denormal numbers to the device' },
  { sample: /^argMax, (rows|length 1)/, reason: 'an odd number of int64 results is cut short' },
  {
    sample: /^reduce(Sum|Mean), large/,
    reason: 'sums in another order: 1e30 and -1e30 do not cancel before 1 is added',
  },
  { sample: /^(average|max)Pool, dilated/, reason: 'dilations of poolings are ignored' },
  { sample: /^(pad, empty|gemm, no rows)/, reason: 'tensors without numbers are not supported' },
];

describe.skipIf(!present)(
  `in Chromium${present ? '' : ` (skipped: no browser at ${executable}; set CHROMIUM)`}`,
  () => {
    let folder: string;
    let server: Server;
    let browser: Browser;
    let page: Page;
    const problems: string[] = [];

    beforeAll(async () => {
      folder = await mkdtemp(join(tmpdir(), 'wellfit-browser-'));
      await build({
        root: join(import.meta.dirname, 'app'),
        logLevel: 'error',
        build: { outDir: folder, emptyOutDir: true, target: 'esnext' },
      });
      server = createServer(async (request, response) => {
        const path = join(folder, new URL(request.url!, 'http://localhost').pathname.replace(/^\/$/, '/index.html'));
        const body = await readFile(path).catch(() => undefined);
        response
          .writeHead(body ? 200 : 404, { 'content-type': types[extname(path)] ?? 'application/octet-stream' })
          .end(body);
      }).listen(0, '127.0.0.1');
      browser = await chromium.launch({
        executablePath: executable,
        args: [
          '--no-sandbox',
          // WebGPU in software, so that it is tested on machines without a GPU.
          '--enable-unsafe-webgpu',
          '--use-webgpu-adapter=swiftshader',
          '--disable-background-networking',
          '--disable-component-update',
          '--disable-sync',
        ],
      });
      page = await browser.newPage();
      page.on('pageerror', (error) => problems.push(String(error)));
      await page.goto(`http://127.0.0.1:${(server.address() as AddressInfo).port}/`);
      await page.waitForFunction(() => 'wellfit' in window);
    }, 120_000);

    afterAll(async () => {
      await browser?.close();
      server?.close();
      await rm(folder, { recursive: true, force: true });
    });

    const call = <K extends keyof PageApi>(name: K, ...args: Parameters<PageApi[K]>) =>
      page.evaluate(
        ([key, rest]) =>
          (window as unknown as { wellfit: Record<string, (...a: unknown[]) => unknown> }).wellfit[key](...rest),
        [name, args] as const,
      ) as ReturnType<PageApi[K]>;

    test('a small network trains to the same losses as in Node', async () => {
      const here = await trainOn(rings(), ringsExperiment);
      const there = await call('train', 'wasm');
      expect(there.updates).toBe(here.updates);
      expect(there.losses).toHaveLength(ringsExperiment.epochs);
      expect(
        distance(
          there.losses,
          here.epochs.map(({ train }) => train.loss),
        ),
      ).toBeLessThan(1e-3);
      expect(there.test!.metric).toBeGreaterThan(0.9);
      expect(problems).toEqual([]);
    }, 60_000);

    test('WebGPU trains to the same losses', async () => {
      const here = await trainOn(rings(), ringsExperiment);
      const there = await call('train', 'webgpu');
      expect(
        distance(
          there.losses,
          here.epochs.map(({ train }) => train.loss),
        ),
      ).toBeLessThan(1e-2);
    }, 120_000);

    test('WebGPU computes every operator as the reference does, but for what is listed with a reason', async () => {
      const { ran, wrong } = await call('conformance', 'webgpu');
      expect(wrong.filter((problem) => !webGpuDiffers.some(({ sample }) => sample.test(problem)))).toEqual([]);
      expect(ran - wrong.length).toBeGreaterThan(450);
    }, 120_000);

    test('every operator computes the same as the reference on every sample', async () => {
      const { ran, wrong } = await call('conformance', 'wasm');
      expect(wrong).toEqual([]);
      expect(ran).toBe(Object.values(operators).reduce((n, { spec }) => n + spec.samples().length, 0));
    }, 120_000);

    test('a model trained in Node predicts the same, unchanged', async () => {
      const run = await trainOn(rings(), ringsExperiment);
      const { InferenceSession, Tensor } = await import('onnxruntime-node');
      const model = modelFile(run);
      const input = Array.from(rings().features.slice(0, 14));
      const session = await InferenceSession.create(model);
      const { probabilities } = await session.run({ input: new Tensor('float32', Float32Array.from(input), [7, 2]) });
      const there = await call('predict', Array.from(model), input, [7, 2]);
      expect(there).toHaveLength(14);
      expect(distance(there, probabilities.data as Float32Array)).toBeLessThan(1e-5);
    }, 60_000);

    test('a model of a table answers for rows with texts, dates and gaps as in Node', async () => {
      const file = await modelOf(await churn());
      const rows = [...people.slice(0, 50), { age: -1, city: 'Atlantis', plan: null, since: null, active: null }].map(
        ({ since, ...row }) => ({ ...row, since: since instanceof Date ? since.toISOString() : null }),
      );
      const here = (await (await loadModel(file)).predict(rows)) as ClassPrediction[];
      const there = await call('predictRows', Array.from(file), rows as Parameters<PageApi['predictRows']>[1]);
      expect(there.map(({ label }) => label)).toEqual(here.map(({ label }) => label));
      for (const [i, { probabilities }] of there.entries())
        expect(Math.abs(probabilities.yes - here[i].probabilities.yes)).toBeLessThan(1e-6);
      expect(problems).toEqual([]);
    }, 60_000);
  },
);
