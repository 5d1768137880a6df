import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';
import { build } from 'esbuild';
import { expect, test } from 'vitest';

const source = fileURLToPath(new URL('../src', import.meta.url));

async function bundle(code: string) {
  const { outputFiles, metafile } = await build({
    stdin: { contents: code, resolveDir: source, loader: 'ts' },
    bundle: true,
    splitting: true,
    minify: true,
    write: false,
    metafile: true,
    format: 'esm',
    platform: 'browser',
    conditions: ['@cnnkit/source'],
    outdir: 'out',
    logLevel: 'silent',
  });
  const entry = outputFiles.find(({ path }) => path.endsWith('stdin.js'))!;
  const imports = Object.values(metafile.inputs).flatMap((input) => input.imports);
  return { bytes: gzipSync(entry.contents).length, imports };
}

test('a browser bundles all of it without anything of Node', async () => {
  const { imports } = await bundle("import * as all from './index.js'; console.log(all);");
  expect(imports.filter(({ path }) => path.startsWith('node:'))).toEqual([]);
});

test('what is not used is left out, and codecs load only when an image is decoded', async () => {
  const batching = await bundle("import { batches } from './index.js'; console.log(batches);");
  expect(batching.bytes).toBeLessThan(12_000);
  const mnist = await bundle("import { loadMnist } from './index.js'; console.log(loadMnist);");
  expect(mnist.bytes).toBeLessThan(16_000);
});
