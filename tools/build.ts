// Compiles the sources into dist/, with the files beside them that TypeScript does not carry along.
import { execFileSync } from 'node:child_process';
import { cpSync, rmSync } from 'node:fs';

rmSync('dist', { recursive: true, force: true });
execFileSync(process.execPath, ['node_modules/typescript/bin/tsc', '-p', 'tsconfig.build.json'], { stdio: 'inherit' });
for (const beside of ['data/builtin', 'onnx/schema']) cpSync(`src/${beside}`, `dist/${beside}`, { recursive: true });
