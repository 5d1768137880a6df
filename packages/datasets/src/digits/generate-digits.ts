import { RandomState } from '@cnnkit/random';
import { createImageDataset, type ImageDataset } from '../image-dataset.js';
import { drawStrokes, type Polyline, smooth } from './draw-strokes.js';
import { type Glyph, glyphs } from './glyphs.js';

/** What {@link generateDigits} draws. */
export interface GenerateDigitsOptions {
  /** How many images. Default: 1000. */
  readonly count?: number;
  /** Decides everything; the same seed gives the same bytes on every machine. Default: 0. */
  readonly seed?: number;
  /** Height and width in pixels, 8 to 256. Default: 28. */
  readonly size?: number;
  /**
   * How much the hand varies: 0 draws every digit alike (in its several ways), 1 is about as
   * varied as MNIST, 2 is hard. Default: 1.
   */
  readonly variation?: number;
  /** Deviation of the noise added to each pixel, of 0 to 1. Default: 0. */
  readonly noise?: number;
}

const CLASS_NAMES: readonly string[] = ['0', '1', '2', '3', '4', '5', '6', '7', '8', '9'];

/**
 * Handwritten-looking digits, drawn with strokes of a pen: for tests and for work without a net.
 *
 * Each image has its own slant, rotation, size, place, pen and shaking of the hand, so a network
 * has something to learn. Classes are balanced: every ten images hold each digit once. The first
 * images do not depend on `count`.
 *
 * @returns white on black like MNIST, `[count, size, size, 1]`
 * @throws RangeError if an option is out of its range
 * @example
 * ```ts
 * const train = generateDigits({ count: 6000, seed: 1 });
 * const test = generateDigits({ count: 1000, seed: 2 });
 * ```
 */
export function generateDigits(options: GenerateDigitsOptions = {}): ImageDataset {
  const { count = 1000, seed = 0, size = 28, variation = 1, noise = 0 } = options;
  check('count', count, 'a whole number from 0', Number.isSafeInteger(count) && count >= 0);
  check(
    'size',
    size,
    'a whole number from 8 to 256',
    Number.isInteger(size) && size >= 8 && size <= 256,
  );
  check('variation', variation, 'a number from 0 to 4', variation >= 0 && variation <= 4);
  check('noise', noise, 'a number from 0 to 1', noise >= 0 && noise <= 1);
  const random = new RandomState(seed);
  const images = new Uint8Array(count * size * size);
  const labels = new Int32Array(count);
  let block: ArrayLike<number> = [];
  for (let i = 0; i < count; i++) {
    if (i % 10 === 0) block = random.permutation(10);
    const label = block[i % 10]!;
    labels[i] = label;
    const image = images.subarray(i * size * size, (i + 1) * size * size);
    drawDigit(image, size, label, variation, random);
    if (noise > 0) addNoise(image, noise, random);
  }
  return createImageDataset({
    name: 'generated',
    images,
    labels,
    shape: [count, size, size, 1],
    classNames: CLASS_NAMES,
  });
}

function drawDigit(
  image: Uint8Array,
  size: number,
  label: number,
  variation: number,
  random: RandomState,
): void {
  const ways = glyphs[label]!;
  const glyph = ways[Math.floor(random.randomSample() * ways.length)]!;
  const place = placement(size, variation, random);
  const spread = (amount: number) => variation * amount * (2 * random.randomSample() - 1);
  const radius = (size / 28) * Math.max(0.5, 1.1 + spread(0.55));
  const ink = Math.round(255 - Math.min(120, variation * 55 * random.randomSample()));
  drawStrokes(
    image,
    size,
    handwriting(glyph, place, () => spread(0.045)),
    radius,
    ink,
  );
}

/** Where a point of the unit square goes: slant, size, rotation, place. */
function placement(size: number, variation: number, random: RandomState) {
  const spread = (amount: number) => variation * amount * (2 * random.randomSample() - 1);
  // Half-angle formulas instead of sin and cos, which may differ in the last bit between machines.
  const t = spread(0.13);
  const cos = (1 - t * t) / (1 + t * t);
  const sin = (2 * t) / (1 + t * t);
  const slant = spread(0.28);
  // 20 of 28 pixels are MNIST's box.
  const width = (size * 20 * (0.9 + spread(0.18))) / 28;
  const height = (size * 20 * (0.98 + spread(0.12))) / 28;
  const centerX = size / 2 + (size / 28) * spread(2);
  const centerY = size / 2 + (size / 28) * spread(2);
  return (x: number, y: number): readonly [number, number] => {
    const v = (y - 0.5) * height;
    const u = (x - 0.5) * width - slant * v;
    return [centerX + cos * u - sin * v, centerY + sin * u + cos * v];
  };
}

function handwriting(
  glyph: Glyph,
  place: (x: number, y: number) => readonly [number, number],
  shake: () => number,
): readonly Polyline[] {
  // Strokes that start where another one ends must still do so.
  const moved = new Map<string, readonly [number, number]>();
  return glyph.map((stroke) => {
    const points = new Float64Array(2 * stroke.points.length);
    stroke.points.forEach(([x, y], i) => {
      const key = `${x},${y}`;
      const target = moved.get(key) ?? place(x + shake(), y + shake());
      moved.set(key, target);
      points[2 * i] = target[0];
      points[2 * i + 1] = target[1];
    });
    return stroke.smooth ? smooth(points) : points;
  });
}

function addNoise(image: Uint8Array, noise: number, random: RandomState): void {
  const deviates = random.standardNormal(image.length);
  for (let i = 0; i < image.length; i++) {
    image[i] = Math.min(255, Math.max(0, Math.round(image[i]! + 255 * noise * deviates[i]!)));
  }
}

function check(name: string, value: number, rule: string, valid: boolean): void {
  if (!valid) throw new RangeError(`generateDigits: ${name} must be ${rule}; received ${value}.`);
}
