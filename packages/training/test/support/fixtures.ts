import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

/** Keras's answers: the folder in CNNKIT_KERAS_FIXTURES, else this package's own copy. */
export const kerasFixtures: string =
  process.env.CNNKIT_KERAS_FIXTURES ??
  fileURLToPath(new URL('../../fixtures/keras', import.meta.url));

export function readFixture<T>(name: string): T {
  return JSON.parse(readFileSync(`${kerasFixtures}/${name}`, 'utf8')) as T;
}

export function fixtureNames(folder: string): string[] {
  return readdirSync(`${kerasFixtures}/${folder}`)
    .filter((name) => name.endsWith('.json'))
    .sort();
}

/** True if the fixtures in use hold this file: a replaced folder may hold only `parity/`. */
export function hasFixture(name: string): boolean {
  return readdirSync(kerasFixtures).includes(name);
}
