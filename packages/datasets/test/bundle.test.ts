import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';
import { build } from 'esbuild';
import { build as viteBuild } from 'vite';
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

test('a bundler carries the Web Worker, whole and without anything of Node', async () => {
  const entry = fileURLToPath(new URL('../src/prefetch/index.ts', import.meta.url));
  const built = await viteBuild({
    configFile: false,
    logLevel: 'silent',
    resolve: { conditions: ['@cnnkit/source', 'browser'] },
    build: {
      write: false,
      rolldownOptions: { input: entry, preserveEntrySignatures: 'strict' },
    },
    worker: { format: 'es' },
  });
  const files = (Array.isArray(built) ? built : [built]).flatMap((one) =>
    'output' in one ? one.output : [],
  );
  const worker = files.find(({ fileName }) => /worker/.test(fileName));
  const page = files.find((file) => file.type === 'chunk' && file.isEntry);
  expect(page).toMatchObject({ code: expect.stringContaining(worker!.fileName) });
  const code = worker!.type === 'asset' ? String(worker!.source) : worker!.code;
  expect(code).toContain('dropRemainder');
  expect(code).not.toMatch(/node:|from ?['"]/);
});
