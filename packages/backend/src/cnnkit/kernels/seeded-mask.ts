import { Storage } from '../storage.js';
import { type Kernel, sizeOf } from './kernel.js';
import { sendCopy } from './move.js';

interface MaskAttributes {
  readonly shape: number[];
  readonly rate: number;
  /** Gives the seed: called for each mask, also where a recorded step draws it anew. */
  readonly seed: () => number;
}

/** 2^-32. */
const UNIT = 2.3283064365386963e-10;
const FACTOR = 2091639;

/** Baagøe's Mash, as seedrandom 3 has it: hashes strings one after the other, to 32 bits. */
function mash(): (text: string) => number {
  let n = 0xefc8249d;
  return (text) => {
    for (let i = 0; i < text.length; i++) {
      n += text.charCodeAt(i);
      let h = 0.02519603282416938 * n;
      n = h >>> 0;
      h -= n;
      h *= n;
      n = h >>> 0;
      h -= n;
      n += h * 0x100000000;
    }
    return n >>> 0;
  };
}

/** `floor(u + keep)` in float32, where u is `bits` times 2^-32; it never falls as they rise. */
const floorOf = (bits: number, keep: number) =>
  Math.floor(Math.fround(Math.fround(bits * UNIT) + keep));

/** The least bits of which it is `least`; 2^32 if there are none. */
function firstOf(least: number, keep: number): number {
  let [low, high] = [0, 2 ** 32];
  while (low < high) {
    const middle = Math.floor((low + high) / 2);
    if (floorOf(middle, keep) >= least) high = middle;
    else low = middle + 1;
  }
  return low;
}

/**
 * Baagøe's Alea: the numbers that tfjs's `randomUniform` draws, times 2^32. It multiplies with carry; in
 * whole numbers of 32 bits that is some five times as fast as in the fractions it is mostly written in.
 */
function drawInto(bits: Int32Array, seed: string): void {
  const hash = mash();
  const start = [hash(' '), hash(' '), hash(' ')];
  let [s0, s1, s2] = start.map((first) => (first - hash(seed)) | 0) as [number, number, number];
  let carry = 1;
  for (let i = 0; i < bits.length; i++) {
    const low = Math.imul(FACTOR, s0);
    const high = ((s0 >>> 0) * FACTOR * UNIT) | 0;
    const next = (low + carry) | 0;
    carry = (high + ((low & ~next) >>> 31)) | 0;
    s0 = s1;
    s1 = s2;
    s2 = next;
    bits[i] = next;
  }
}

/** Puts `value` where bits, unsigned, reach `bound`, and 0 elsewhere; a branch would often be mispredicted. */
function chooseIn(bits: Int32Array, bound: number, value: number): void {
  const least = bound | 0;
  for (let i = 0; i < bits.length; i++) {
    const x = bits[i]!;
    const below = ((~x & least) | ((~x | least) & ((x - least) | 0))) >>> 31;
    bits[i] = value & ((below - 1) | 0);
  }
}

/**
 * Writes the mask that tfjs's `dropout` multiplies by, to the bit: `floor(u + keep) / keep` in float32.
 *
 * @param rate Share that is dropped, in (0, 1).
 */
export function writeSeededMask(mask: Float32Array, rate: number, seed: number): void {
  const keep = Math.fround(1 - rate);
  const bits = new Int32Array(mask.buffer, mask.byteOffset, mask.length);
  drawInto(bits, String(seed));
  if (firstOf(2, keep) < 2 ** 32) {
    // Of a tiny rate: what rounds up to 1 makes a sum of 2.
    bits.forEach((x, i) => {
      mask[i] = floorOf(x >>> 0, keep) / keep;
    });
  } else {
    const [once] = new Int32Array(new Float32Array([1 / keep]).buffer);
    chooseIn(bits, firstOf(1, keep), once!);
  }
}

/** A dropout mask of tfjs's own numbers. A recorded step is given another one each time. */
const mask: Kernel = ({ attrs, backend }) => {
  const { shape, rate, seed } = attrs as unknown as MaskAttributes;
  const n = sizeOf(shape);
  const write = (into: Float32Array) => writeSeededMask(into, rate, seed());
  const from = Storage.written(backend, n, write);
  const { capture } = backend;
  if (capture === undefined) return backend.tensorOver(from, shape, 'float32');
  const out = backend.output(shape);
  capture.feeds(n, write);
  sendCopy(backend, from.block(), backend.blockOf(out), { shape: [n], from: [1], to: [1] });
  from.release();
  return out;
};

export const SEEDED_MASK_KERNELS: readonly (readonly [string, Kernel])[] = [
  ['CnnkitSeededMask', mask],
];
