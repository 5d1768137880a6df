// The C that every build is made of, and its hash: @cnnkit/native carries the hash of what it was built
// from, so that the backend can tell whether the two belong together.
import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';

export const kernels = new URL('../kernels/', import.meta.url);

/** @returns {Record<string, string>} texts by file name */
export function kernelSources() {
  return Object.fromEntries(
    readdirSync(kernels)
      .filter((name) => /\.[ch]$/.test(name))
      .sort()
      .map((name) => [name, readFileSync(new URL(name, kernels), 'utf8')]),
  );
}

/** @returns {string} SHA-256 of what is the same in every build, in hexadecimal */
export function kernelsHash(files = kernelSources()) {
  const { 'wasm.c': _, ...shared } = files;
  return createHash('sha256').update(JSON.stringify(shared)).digest('hex');
}
