import { createHash } from 'node:crypto';
import { io } from '@tensorflow/tfjs-core';
import { ModelFileError } from './model-file-error.js';

/** tfjs gives weights as one buffer or several; a file is one. */
export function joined(data: io.WeightData | undefined): Uint8Array {
  if (data === undefined) return new Uint8Array();
  return new Uint8Array(Array.isArray(data) ? io.concatenateArrayBuffers(data) : data);
}

export function sha256(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex');
}

/** A copy of exactly these bytes: Node's buffers may be views of a larger one, and so is their `slice`. */
export function ownBuffer(bytes: Uint8Array): ArrayBuffer {
  return new Uint8Array(bytes).buffer;
}

export function parseJson(path: string, bytes: Uint8Array): Record<string, unknown> {
  let parsed: unknown;
  try {
    parsed = JSON.parse(new TextDecoder().decode(bytes));
  } catch (cause) {
    throw new ModelFileError(
      'FORMAT',
      `loadModel: ${path} must be JSON; it is not. Save the model again.`,
      {
        cause,
      },
    );
  }
  if (typeof parsed !== 'object' || parsed === null) {
    throw new ModelFileError(
      'FORMAT',
      `loadModel: ${path} must hold an object; save the model again.`,
    );
  }
  return parsed as Record<string, unknown>;
}

/** @throws ModelFileError unless `bytes` are what was saved with `expected` as their hash, or its size */
export function requireWhole(
  path: string,
  bytes: Uint8Array,
  specs: readonly io.WeightsManifestEntry[],
  expected: unknown,
): void {
  const size = specs.reduce((total, spec) => total + bytesOf(spec), 0);
  if (bytes.byteLength !== size) {
    throw new ModelFileError(
      'CORRUPT',
      `loadModel: ${path} must hold ${size} bytes for the model beside it; it holds ${bytes.byteLength}. Save the model again.`,
    );
  }
  if (typeof expected === 'string' && sha256(bytes) !== expected) {
    throw new ModelFileError(
      'CORRUPT',
      `loadModel: ${path} is not the file that was saved with the model beside it. Save the model again.`,
    );
  }
}

function bytesOf({ shape, dtype, quantization }: io.WeightsManifestEntry): number {
  const bytes: Record<string, number> = {
    float32: 4,
    int32: 4,
    bool: 1,
    uint8: 1,
    uint16: 2,
    float16: 2,
  };
  const stored = quantization?.dtype ?? dtype;
  return shape.reduce((a, b) => a * b, 1) * (bytes[stored] ?? Number.NaN);
}
