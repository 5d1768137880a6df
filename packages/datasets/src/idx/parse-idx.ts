import { DatasetError } from '../dataset-error.js';

/** The numbers an IDX file holds, in the machine's byte order. */
export type IdxData =
  | Uint8Array
  | Int8Array
  | Int16Array
  | Int32Array
  | Float32Array
  | Float64Array;

/** An n-dimensional array out of an IDX file. */
export interface IdxArray {
  /** Values in row-major order; bytes are a view into the file, wider numbers a copy. */
  readonly data: IdxData;
  /** Length of each dimension, the outermost first. */
  readonly shape: readonly number[];
}

interface ElementType {
  readonly name: string;
  readonly bytes: number;
  readonly read: (view: DataView, offset: number, length: number) => IdxData;
}

/** The type codes of the format; 0x0a is not used by it. */
const ELEMENT_TYPES: ReadonlyMap<number, ElementType> = new Map<number, ElementType>([
  [
    0x08,
    { name: 'uint8', bytes: 1, read: (v, o, n) => new Uint8Array(v.buffer, v.byteOffset + o, n) },
  ],
  [
    0x09,
    { name: 'int8', bytes: 1, read: (v, o, n) => new Int8Array(v.buffer, v.byteOffset + o, n) },
  ],
  [
    0x0b,
    {
      name: 'int16',
      bytes: 2,
      read: (v, o, n) => Int16Array.from({ length: n }, (_, i) => v.getInt16(o + 2 * i)),
    },
  ],
  [
    0x0c,
    {
      name: 'int32',
      bytes: 4,
      read: (v, o, n) => Int32Array.from({ length: n }, (_, i) => v.getInt32(o + 4 * i)),
    },
  ],
  [
    0x0d,
    {
      name: 'float32',
      bytes: 4,
      read: (v, o, n) => Float32Array.from({ length: n }, (_, i) => v.getFloat32(o + 4 * i)),
    },
  ],
  [
    0x0e,
    {
      name: 'float64',
      bytes: 8,
      read: (v, o, n) => Float64Array.from({ length: n }, (_, i) => v.getFloat64(o + 8 * i)),
    },
  ],
]);

/** NumPy's own limit was 32 dimensions; a header that says more is not an array of images. */
const MAX_DIMENSIONS = 32;

/**
 * Reads the IDX format of MNIST: two zero bytes, a type, a rank, big-endian sizes, values.
 *
 * The file must be exactly as long as its header says: nothing missing, nothing left over.
 *
 * @param bytes - the whole file, uncompressed
 * @param options - `file`: the name for error messages
 * @returns the values and their shape; `uint8` and `int8` values share memory with `bytes`
 * @throws DatasetError with code `'format'` that says what is wrong and where
 * @see http://yann.lecun.com/exdb/mnist/ ("The IDX file format")
 * @example
 * ```ts
 * const { data, shape } = parseIdx(Uint8Array.of(0, 0, 8, 1, 0, 0, 0, 2, 7, 9));
 * // data = [7, 9], shape = [2]
 * ```
 */
export function parseIdx(bytes: Uint8Array, options: { readonly file?: string } = {}): IdxArray {
  const { file = 'the file' } = options;
  const fail = (what: string): never => {
    throw new DatasetError('format', `parseIdx: ${file} is not a valid IDX file: ${what}`, {
      file,
    });
  };
  if (bytes.length < 4) fail(`its header needs 4 bytes or more; it has ${bytes.length}.`);
  if (bytes[0] === 0x1f && bytes[1] === 0x8b)
    fail('it is gzip data. Decompress it first (gunzip).');
  if (bytes[0] !== 0 || bytes[1] !== 0) {
    fail(`it must start with two zero bytes; it starts with ${hex(bytes[0]!)} ${hex(bytes[1]!)}.`);
  }
  const type = ELEMENT_TYPES.get(bytes[2]!);
  if (type === undefined) {
    return fail(`its type must be 0x08, 0x09, 0x0b, 0x0c, 0x0d or 0x0e; it is ${hex(bytes[2]!)}.`);
  }
  const rank = bytes[3]!;
  if (rank < 1 || rank > MAX_DIMENSIONS) {
    fail(`it must have 1 to ${MAX_DIMENSIONS} dimensions; it says ${rank}.`);
  }
  const start = 4 + 4 * rank;
  if (bytes.length < start) {
    fail(
      `the header of ${rank} dimensions needs ${start} bytes; the file ends after ${bytes.length}.`,
    );
  }
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const shape = Array.from({ length: rank }, (_, axis) => view.getUint32(4 + 4 * axis));
  const length = shape.reduce((product, size) => product * size, 1);
  // The product is compared before anything of that size is made: a header may claim 2^128 values.
  const expected = start + length * type.bytes;
  if (bytes.length !== expected) {
    const wrong =
      bytes.length < expected
        ? `it is truncated: ${expected - bytes.length} bytes are missing`
        : `${bytes.length - expected} bytes follow its end`;
    fail(
      `${wrong}. Shape [${shape.join(', ')}] of ${type.name} takes ${expected} bytes; it has ${bytes.length}.`,
    );
  }
  return { data: type.read(view, start, length), shape };
}

function hex(byte: number): string {
  return `0x${byte.toString(16).padStart(2, '0')}`;
}
