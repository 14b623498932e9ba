#!/usr/bin/env node
import { existsSync, readFileSync } from 'node:fs';
import module from 'node:module';

const [major, minor] = process.versions.node.split('.').map(Number);
if (major < 22 || (major === 22 && minor < 13)) {
  console.error(
    `wellfit needs Node 22.13 or newer; this is ${process.version}. Run it with npx, which brings its own, or update Node.`,
  );
  process.exit(2);
}
// Compiled code is kept between runs, so that the second start is faster.
module.enableCompileCache?.();
const { version } = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8'));
// In a checkout the TypeScript sources run as they are; the published package carries them compiled.
const sources = new URL('../src/cli/main.ts', import.meta.url);
const { main } = await import(
  existsSync(sources) ? sources.href : new URL('../dist/cli/main.js', import.meta.url).href
);
process.exitCode = await main(process.argv.slice(2), version);
