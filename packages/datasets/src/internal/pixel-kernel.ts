import { moduleBase64 } from './gen/pixel-kernel.js';

/** Room for bytes; the numbers of that many fill the second half of the memory. */
export const CHUNK_BYTES = 16_384;
/** Tables of up to this many channels fit between bytes and numbers. */
export const MOST_CHANNELS = 48;

const TABLE_AT = CHUNK_BYTES;
const NUMBERS_AT = 65_536;

// What is used of WebAssembly, which the libraries of TypeScript file under the DOM.
declare const WebAssembly: {
  Module: new (bytes: Uint8Array) => object;
  Instance: new (module: object) => { readonly exports: unknown };
};

/** The WebAssembly of kernels/pixels.c with the memory that it works in. */
export interface PixelKernel {
  readonly bytes: Uint8Array;
  readonly table: Float32Array;
  readonly numbers: Float32Array;
  /** Numbers, as the bytes that {@link interleave} gives. */
  readonly pixels: Uint8Array;
  /** Numbers are `bytes / divisor` for the first `count`. */
  divide(count: number, divisor: number): void;
  /** Numbers are those of the table for the first `count` bytes. */
  lookUp(count: number, channels: number): void;
  /** Three planes of 1024 bytes become 1024 pixels of three. */
  interleave(): void;
}

// One for all: each WebAssembly memory reserves gigabytes of addresses. A call fills it, works and
// takes its numbers out before it returns, so nothing is shared between those who use it.
let shared: PixelKernel | null | undefined;

/**
 * The kernel, started at the first call; null where there is no WebAssembly with SIMD, as in a
 * page whose content security policy forbids it. Plain JavaScript gives the same numbers then.
 */
export function pixelKernel(): PixelKernel | null {
  if (shared === undefined) shared = startKernel();
  return shared;
}

function startKernel(): PixelKernel | null {
  const module = Uint8Array.from(atob(moduleBase64), (character) => character.charCodeAt(0));
  let exported: unknown;
  try {
    exported = new WebAssembly.Instance(new WebAssembly.Module(module)).exports;
  } catch {
    return null;
  }
  const { memory, divide, lookUp, interleave } = exported as {
    memory: { readonly buffer: ArrayBuffer };
    divide(bytes: number, numbers: number, count: number, divisor: number): void;
    lookUp(bytes: number, numbers: number, count: number, table: number, channels: number): void;
    interleave(planes: number, pixels: number): void;
  };
  return {
    bytes: new Uint8Array(memory.buffer, 0, CHUNK_BYTES),
    table: new Float32Array(memory.buffer, TABLE_AT, 256 * MOST_CHANNELS),
    numbers: new Float32Array(memory.buffer, NUMBERS_AT, CHUNK_BYTES),
    pixels: new Uint8Array(memory.buffer, NUMBERS_AT, 3072),
    divide: (count, divisor) => divide(0, NUMBERS_AT, count, divisor),
    lookUp: (count, channels) => lookUp(0, NUMBERS_AT, count, TABLE_AT, channels),
    interleave: () => interleave(0, NUMBERS_AT),
  };
}
