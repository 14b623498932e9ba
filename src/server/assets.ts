import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import module from 'node:module';
import { extname, join, normalize } from 'node:path';
import { fileURLToPath } from 'node:url';

const types: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.ts': 'text/javascript; charset=utf-8',
  '.svg': 'image/svg+xml',
};

/** The compiled page of the published package, or the checkout, where the sources are served without their types. */
const published = fileURLToPath(new URL('../web/', import.meta.url));
const root = existsSync(join(published, 'web')) ? published : fileURLToPath(new URL('../../', import.meta.url));

export interface Asset {
  readonly type: string;
  readonly body: Buffer | string;
}

/** A file of the page, or undefined where there is none. Only what lies in web/ and the sources that it imports is a file of the page. */
export async function assetAt(path: string): Promise<Asset | undefined> {
  const file = normalize(path === '/' ? '/web/index.html' : path);
  const type = types[extname(file)];
  if (!type || !/^[/\\](web|src)[/\\][\w./\\-]+$/.test(file)) return undefined;
  const body = await readFile(join(root, file)).catch(() => undefined);
  if (body) return { type, body: file.endsWith('.ts') ? withoutTypes(body.toString()) : body };
  // The page names what it begins with as it is compiled.
  return file.endsWith('.js') ? assetAt(file.replace(/\.js$/, '.ts')) : undefined;
}

/** Node's own removal of types, without the warning that it is an experiment. */
function withoutTypes(source: string): string {
  const { emitWarning } = process;
  process.emitWarning = () => {};
  try {
    return module.stripTypeScriptTypes(source);
  } finally {
    process.emitWarning = emitWarning;
  }
}
