import { existsSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { type Browser, type BrowserContextOptions, chromium, type Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { renderReport } from '../../src/report/index.ts';
import { customers, houses, manyClasses } from './samples.ts';

const executable = process.env.CHROMIUM ?? '/usr/bin/chromium';
const present = existsSync(executable);
const attack = `<script>window.attacked = true</script><img src="x" onerror="window.attacked = true">`;
const reports = {
  customers,
  houses,
  manyClasses,
  attack: {
    ...customers,
    title: attack,
    data: { ...customers.data, notes: [attack], name: attack },
    worst: customers.worst.map((row) => ({ ...row, truth: attack, values: { [attack]: attack } })),
  },
};

describe.skipIf(!present)(
  `a report in Chromium${present ? '' : ` (skipped: no browser at ${executable}; set CHROMIUM)`}`,
  () => {
    let folder: string;
    let browser: Browser;

    beforeAll(async () => {
      folder = await mkdtemp(join(tmpdir(), 'wellfit-report-'));
      for (const [name, data] of Object.entries(reports))
        await writeFile(join(folder, `${name}.html`), renderReport(data));
      browser = await chromium.launch({ executablePath: executable, args: ['--no-sandbox'] });
    }, 60_000);

    afterAll(async () => {
      await browser?.close();
      await rm(folder, { recursive: true, force: true });
    });

    async function withPage<T>(name: string, options: BrowserContextOptions, look: (page: Page) => Promise<T>) {
      const page = await browser.newPage(options);
      const problems: string[] = [];
      page.on('console', (message) => problems.push(message.text()));
      page.on('pageerror', (error) => problems.push(String(error)));
      const address = pathToFileURL(join(folder, `${name}.html`)).href;
      page.on('request', (request) => {
        if (request.url() !== address && !request.url().startsWith('data:')) problems.push(request.url());
      });
      await page.goto(address);
      const seen = await look(page);
      await page.close();
      expect(problems).toEqual([]);
      return seen;
    }

    test.each(Object.keys(reports).flatMap((name) => [1280, 390].map((width) => [name, width] as const)))(
      '%s asks nothing of the network, says nothing to the console and fits %i pixels',
      async (name, width) => {
        const viewport = { width, height: 800 };
        const wider = await withPage(name, { viewport }, (page) =>
          page.evaluate(() => document.documentElement.scrollWidth - innerWidth),
        );
        expect(wider).toBeLessThanOrEqual(0);
      },
      30_000,
    );

    test('data is text, never markup', async () => {
      const { attacked, title, foreign } = await withPage('attack', {}, (page) =>
        page.evaluate(() => ({
          attacked: 'attacked' in window,
          title: document.querySelector('h1')!.textContent,
          foreign: document.querySelectorAll('img, main script').length,
        })),
      );
      expect(attacked).toBe(false);
      expect(title).toBe(attack);
      expect(foreign).toBe(0);
    }, 30_000);

    test.each([true, false])(
      'everything can be read, scripts running: %s',
      async (javaScriptEnabled) => {
        const words = [
          'The model is right for 86.9 %',
          'Before you rely on it',
          'What was done',
          'How it learned',
          'Where it errs',
          'Can its probabilities be trusted?',
          'What it looks at',
          'Largest errors',
          'All metrics',
          'Reproduce and use',
        ];
        const visible = await withPage('customers', { javaScriptEnabled }, (page) =>
          Promise.all(words.map((text) => page.locator('main').getByText(text).first().isVisible())),
        );
        expect(words.filter((_, i) => !visible[i])).toEqual([]);
      },
      30_000,
    );

    test('what a pointer stands on is explained', async () => {
      const said = await withPage('customers', { viewport: { width: 1280, height: 900 } }, async (page) => {
        await page.locator('#importance svg .bar').first().hover();
        return page.locator('#tip').textContent();
      });
      expect(said).toBe('capital_gain: 4.7 ± 0.2');
    }, 30_000);

    test('light and dark have text that stands out from the paper', async () => {
      const contrasts = await Promise.all(
        (['light', 'dark'] as const).map((colorScheme) =>
          withPage('customers', { colorScheme }, (page) =>
            page.evaluate(() => {
              // WCAG 2: relative luminance and contrast.
              const luminance = (color: string) => {
                const [r, g, b] = color.match(/[\d.]+/g)!.map((part) => {
                  const x = Number(part) / 255;
                  return x <= 0.04045 ? x / 12.92 : ((x + 0.055) / 1.055) ** 2.4;
                });
                return 0.2126 * r + 0.7152 * g + 0.0722 * b;
              };
              const paper = luminance(getComputedStyle(document.body).backgroundColor);
              return ['.lead', 'figcaption', '.bad', 'th'].map((place) => {
                const ink = luminance(getComputedStyle(document.querySelector(place)!).color);
                return (Math.max(ink, paper) + 0.05) / (Math.min(ink, paper) + 0.05);
              });
            }),
          ),
        ),
      );
      for (const contrast of contrasts.flat()) expect(contrast).toBeGreaterThan(4.5);
    }, 30_000);
  },
);
