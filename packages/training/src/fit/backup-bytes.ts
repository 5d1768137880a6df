import type { Tensor } from '@tensorflow/tfjs-core';
import * as tf from '@tensorflow/tfjs-core';

const MAGIC = 'cnnkit-backup-1\n';
const START = MAGIC.length + 8;

/**
 * One file: the magic line, then two u32 (little-endian) for the length of the header and the sum
 * of all that follows, the header as JSON with the tensors' specs, and the tensors' bytes.
 */
export async function encodeBackup(
  header: object,
  tensors: readonly Tensor[],
): Promise<Uint8Array> {
  const named = tensors.map((tensor, i) => ({ name: String(i), tensor }));
  const { data, specs } = await tf.io.encodeWeights(named);
  const json = new TextEncoder().encode(JSON.stringify({ header, specs }, namedNumbers));
  const bytes = new Uint8Array(START + json.length + data.byteLength);
  bytes.set(new TextEncoder().encode(MAGIC));
  bytes.set(json, START);
  bytes.set(new Uint8Array(data), START + json.length);
  const view = new DataView(bytes.buffer);
  view.setUint32(MAGIC.length, json.length, true);
  view.setUint32(MAGIC.length + 4, checksum(bytes.subarray(START)), true);
  return bytes;
}

/**
 * @returns the header and the tensors, which the caller disposes
 * @throws RangeError for bytes that are no backup, or not all of one
 */
export function decodeBackup<T>(bytes: Uint8Array): { header: T; tensors: Tensor[] } {
  const magic = new TextDecoder().decode(bytes.subarray(0, MAGIC.length));
  if (magic !== MAGIC || bytes.length < START) {
    throw new RangeError(
      'fit: backup must hold what a run saved; it does not. Remove it to start anew.',
    );
  }
  const view = new DataView(bytes.buffer, bytes.byteOffset);
  const end = START + view.getUint32(MAGIC.length, true);
  if (
    end > bytes.length ||
    checksum(bytes.subarray(START)) !== view.getUint32(MAGIC.length + 4, true)
  ) {
    throw new RangeError('fit: backup is damaged. Remove it to start anew.');
  }
  const text = new TextDecoder().decode(bytes.subarray(START, end));
  const { header, specs } = JSON.parse(text, numbersByName) as {
    header: T;
    specs: tf.io.WeightsManifestEntry[];
  };
  // A copy of exactly these bytes: the `slice` of Node's Buffer would be a view.
  const body = new Uint8Array(bytes.subarray(end));
  const tensors = tf.io.decodeWeights(body.buffer, specs);
  return { header, tensors: specs.map(({ name }) => tensors[name] as Tensor) };
}

// JSON has no NaN and no infinities, and a loss may be either.
function namedNumbers(_key: string, value: unknown): unknown {
  return typeof value === 'number' && !Number.isFinite(value) ? { $number: String(value) } : value;
}

function numbersByName(_key: string, value: unknown): unknown {
  const name = (value as { $number?: string } | null)?.$number;
  return name === undefined ? value : Number(name);
}

/** FNV-1a over 32 bits: finds what a disk or a cut-off write does, not what a person does. */
function checksum(bytes: Uint8Array): number {
  let hash = 0x811c9dc5;
  for (const byte of bytes) hash = Math.imul(hash ^ byte, 0x01000193);
  return hash >>> 0;
}
