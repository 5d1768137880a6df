import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { build } from 'esbuild';

/** The worker of `@cnnkit/datasets/prefetch`, built: a thread cannot load TypeScript. */
export async function prefetchWorker(): Promise<{ worker: URL; remove(): void }> {
  const folder = mkdtempSync(join(tmpdir(), 'cnnkit-worker-'));
  const outfile = join(folder, 'worker.mjs');
  const entry = new URL('../../../datasets/src/prefetch/node-worker.ts', import.meta.url);
  await build({
    entryPoints: [fileURLToPath(entry)],
    outfile,
    bundle: true,
    platform: 'node',
    format: 'esm',
    conditions: ['@cnnkit/source'],
    logLevel: 'silent',
  });
  return { worker: pathToFileURL(outfile), remove: () => rmSync(folder, { recursive: true }) };
}
