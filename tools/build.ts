// Compiles the sources into dist/, with the files beside them that TypeScript does not carry along.
import { execFileSync } from 'node:child_process';
import { cpSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { stripTypeScriptTypes } from 'node:module';
import { dirname, join } from 'node:path/posix';

rmSync('dist', { recursive: true, force: true });
execFileSync(process.execPath, ['node_modules/typescript/bin/tsc', '-p', 'tsconfig.build.json'], { stdio: 'inherit' });
for (const beside of ['data/builtin', 'onnx/schema']) cpSync(`src/${beside}`, `dist/${beside}`, { recursive: true });

// The page: its modules and the sources that they import, without their types, in the places that they have here.
const modules = ['web/main.ts'];
for (const path of modules) {
  const text = stripTypeScriptTypes(readFileSync(path, 'utf8'));
  for (const [, target] of text.matchAll(/ from '(\.[^']+)'/g)) {
    const next = join(dirname(path), target);
    if (!modules.includes(next)) modules.push(next);
  }
  const to = join('dist/web', path.replace(/\.ts$/, '.js'));
  mkdirSync(dirname(to), { recursive: true });
  writeFileSync(to, text.replace(/( from '\.[^']+)\.ts'/g, "$1.js'"));
}
for (const beside of ['index.html', 'style.css', 'icon.svg']) cpSync(`web/${beside}`, `dist/web/web/${beside}`);
