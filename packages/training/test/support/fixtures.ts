import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const own = fileURLToPath(new URL('../../fixtures/keras', import.meta.url));

/** Keras's answers: the folder in CNNKIT_KERAS_FIXTURES, else this package's own copy. */
const given = process.env.CNNKIT_KERAS_FIXTURES || own;

/** A file of the folder in use; of the own copy if that folder holds only `parity/`. */
export function readFixture<T>(name: string): T {
  const folder = existsSync(join(given, name)) || name.startsWith('parity/') ? given : own;
  return JSON.parse(readFileSync(join(folder, name), 'utf8')) as T;
}

/** All files of the folder in use, whatever they are named; there must be some. */
export function parityFiles(): string[] {
  const names = readdirSync(join(given, 'parity')).filter((name) => name.endsWith('.json'));
  if (names.length === 0)
    throw new Error(`CNNKIT_KERAS_FIXTURES: ${given}/parity holds no JSON files`);
  return names.sort();
}
