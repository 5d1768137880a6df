/** NumPy's names of integer types that `randint` draws. */
export type IntegerType =
  | 'bool'
  | 'int8'
  | 'uint8'
  | 'int16'
  | 'uint16'
  | 'int32'
  | 'uint32'
  | 'int64'
  | 'uint64';

/** The array `randint` returns for each type. 64-bit values come as doubles, exact below 2^53. */
export interface IntegerArrays {
  bool: Uint8Array;
  int8: Int8Array;
  uint8: Uint8Array;
  int16: Int16Array;
  uint16: Uint16Array;
  int32: Int32Array;
  uint32: Uint32Array;
  int64: Float64Array;
  uint64: Float64Array;
}

interface IntegerTypeFacts {
  readonly bits: 1 | 8 | 16 | 32 | 64;
  readonly min: number;
  readonly max: number;
  readonly create: (length: number) => IntegerArrays[IntegerType];
}

/** Width, limits and array of each type; 64-bit limits are those of exact doubles. */
export const integerTypes: Readonly<Record<IntegerType, IntegerTypeFacts>> = {
  bool: { bits: 1, min: 0, max: 1, create: (n) => new Uint8Array(n) },
  int8: { bits: 8, min: -128, max: 127, create: (n) => new Int8Array(n) },
  uint8: { bits: 8, min: 0, max: 255, create: (n) => new Uint8Array(n) },
  int16: { bits: 16, min: -32768, max: 32767, create: (n) => new Int16Array(n) },
  uint16: { bits: 16, min: 0, max: 65535, create: (n) => new Uint16Array(n) },
  int32: { bits: 32, min: -2147483648, max: 2147483647, create: (n) => new Int32Array(n) },
  uint32: { bits: 32, min: 0, max: 4294967295, create: (n) => new Uint32Array(n) },
  int64: {
    bits: 64,
    min: Number.MIN_SAFE_INTEGER,
    max: Number.MAX_SAFE_INTEGER,
    create: (n) => new Float64Array(n),
  },
  uint64: { bits: 64, min: 0, max: Number.MAX_SAFE_INTEGER, create: (n) => new Float64Array(n) },
};
