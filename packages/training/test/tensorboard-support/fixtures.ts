import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

/** The answers of the real TensorFlow and TensorBoard; see the README in that folder. */
export const FIXTURES: string = fileURLToPath(
  new URL('../../fixtures/tensorboard/', import.meta.url),
);

export function fixtureJson<T>(name: string): T {
  return JSON.parse(readFileSync(`${FIXTURES}${name}`, 'utf8')) as T;
}

export function fixtureBytes(name: string): Uint8Array {
  return new Uint8Array(readFileSync(`${FIXTURES}${name}`));
}

export interface DumpedValue {
  readonly tag: string;
  readonly plugin_name?: string;
  readonly plugin_content?: string;
  readonly description?: string;
  readonly kind: string;
  readonly dtype?: string;
  readonly shape?: readonly number[];
  readonly values: unknown;
}

export interface DumpedEvent {
  readonly offset: number;
  readonly length: number;
  readonly step: number;
  readonly what: string;
  readonly values?: readonly DumpedValue[];
}

export interface Dump {
  readonly run: string;
  readonly files: Readonly<Record<string, readonly DumpedEvent[]>>;
}

/** The dumps of all runs. */
export function allDumps(): Dump[] {
  return readdirSync(`${FIXTURES}dumps`)
    .sort()
    .map((name) => fixtureJson<Dump>(`dumps/${name}`));
}

export function dumpOf(run: string): Dump {
  return fixtureJson<Dump>(`dumps/${run.replaceAll('/', '.')}.json`);
}

/** The only event file of a run, with its dump. */
export function onlyFileOf(run: string): { bytes: Uint8Array; events: readonly DumpedEvent[] } {
  const [entry, ...rest] = Object.entries(dumpOf(run).files);
  if (!entry || rest.length > 0) throw new Error(`${run} has not one file`);
  return { bytes: fixtureBytes(`logs/${run}/${entry[0]}`), events: entry[1] };
}

export function fromBase64(text: string): Uint8Array {
  return new Uint8Array(Buffer.from(text, 'base64'));
}

export function toBase64(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('base64');
}

export function fromHex(text: string): Uint8Array {
  return new Uint8Array(Buffer.from(text, 'hex'));
}
