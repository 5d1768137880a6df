import { RandomState } from '@cnnkit/random';
import { describe, expect, test } from 'vitest';
import { generateDigits } from '../digits/generate-digits.js';
import { affineImage, compose, rotation, shearing, translation, zooming } from './affine.js';
import { augmentDataset } from './augment-dataset.js';
import { augmentImage } from './augment-image.js';
import type { Augmentation, ImageShape } from './augmentation.js';
import { elasticImage, smoothField } from './elastic.js';
import { cutmix, mixBatch, mixup } from './mix.js';
import {
  addNoise,
  adjustBrightness,
  adjustContrast,
  cropPadded,
  cutout,
  flipImage,
} from './pixels.js';

const square: ImageShape = [3, 3, 1];
// 1 2 3
// 4 5 6
// 7 8 9
const nine = Uint8Array.of(1, 2, 3, 4, 5, 6, 7, 8, 9);
const warp = (matrix: Parameters<typeof affineImage>[2], options = {}) => [
  ...affineImage(nine, square, matrix, options),
];

describe('affineImage', () => {
  test('moves right and down by whole pixels and fills with black', () => {
    expect(warp(translation(1, 0))).toEqual([0, 1, 2, 0, 4, 5, 0, 7, 8]);
    expect(warp(translation(0, 1))).toEqual([0, 0, 0, 1, 2, 3, 4, 5, 6]);
    expect(warp(translation(-2, 0))).toEqual([3, 0, 0, 6, 0, 0, 9, 0, 0]);
  });

  test('blends neighbours when it moves by half a pixel', () => {
    const row: ImageShape = [1, 3, 1];
    const image = Uint8Array.of(10, 20, 40);
    expect([...affineImage(image, row, translation(0.5, 0), { fill: 'nearest' })]).toEqual([
      10, 15, 30,
    ]);
    // The left one blends with black, 5.
    expect([...affineImage(image, row, translation(0.5, 0))]).toEqual([5, 15, 30]);
  });

  test.each([
    ['constant', [200, 200, 1, 200, 200, 4, 200, 200, 7]],
    ['nearest', [1, 1, 1, 4, 4, 4, 7, 7, 7]],
    ['reflect', [2, 1, 1, 5, 4, 4, 8, 7, 7]],
  ] as const)('fills the outside in mode %s', (fill, expected) => {
    expect(warp(translation(2, 0), { fill, fillValue: 200 })).toEqual(expected);
  });

  test('turns clockwise by quarter turns without a loss', () => {
    expect(warp(rotation(90))).toEqual([7, 4, 1, 8, 5, 2, 9, 6, 3]);
    expect(warp(rotation(180))).toEqual([9, 8, 7, 6, 5, 4, 3, 2, 1]);
    expect(warp(rotation(-90))).toEqual([3, 6, 9, 2, 5, 8, 1, 4, 7]);
    expect(warp(rotation(360))).toEqual([...nine]);
  });

  test('slants rows about the middle one', () => {
    // The row above the centre (y = -1) goes one to the left, the one below one to the right.
    expect(warp(shearing(1, 0))).toEqual([2, 3, 0, 4, 5, 6, 0, 7, 8]);
    expect(warp(shearing(0, 1))).toEqual([4, 2, 0, 7, 5, 3, 0, 8, 6]);
  });

  test('enlarges about the centre', () => {
    // At factor 2 the corner looks half way to the centre: the mean of 1, 2, 4, 5.
    expect(warp(zooming(2))).toEqual([3, 4, 4, 5, 5, 6, 6, 7, 7]);
    expect(warp(zooming(0.5))).toEqual([0, 0, 0, 0, 5, 0, 0, 0, 0]);
  });

  test('joins two steps into what they give one after the other', () => {
    expect(warp(compose(rotation(90), translation(1, 0)))).toEqual([0, 7, 4, 0, 8, 5, 0, 9, 6]);
    expect(warp(compose(translation(1, 0), rotation(90)))).toEqual([0, 0, 0, 7, 4, 1, 8, 5, 2]);
  });

  test('keeps channels apart and works on images that are no squares', () => {
    const image = Uint8Array.of(1, 101, 2, 102, 3, 103);
    expect([...affineImage(image, [1, 3, 2], translation(1, 0))]).toEqual([0, 0, 1, 101, 2, 102]);
  });

  test('refuses a matrix that flattens', () => {
    expect(() => warp([1, 1, 0, 1, 1, 0])).toThrow(RangeError);
    expect(() => warp([Number.NaN, 0, 0, 0, 1, 0])).toThrow(RangeError);
  });
});

describe('pixel operations', () => {
  test('flipImage mirrors left to right and top to bottom', () => {
    expect([...flipImage(nine, square, 'horizontal')]).toEqual([3, 2, 1, 6, 5, 4, 9, 8, 7]);
    expect([...flipImage(nine, square, 'vertical')]).toEqual([7, 8, 9, 4, 5, 6, 1, 2, 3]);
    const colours = Uint8Array.of(1, 2, 3, 4, 5, 6);
    expect([...flipImage(colours, [1, 2, 3], 'horizontal')]).toEqual([4, 5, 6, 1, 2, 3]);
  });

  test('cropPadded cuts a window out of the padded image', () => {
    expect([...cropPadded(nine, square, 1, 1, 1)]).toEqual([...nine]);
    expect([...cropPadded(nine, square, 1, 0, 0)]).toEqual([0, 0, 0, 0, 1, 2, 0, 4, 5]);
    expect([...cropPadded(nine, square, 1, 2, 2)]).toEqual([5, 6, 0, 8, 9, 0, 0, 0, 0]);
  });

  test('adjustBrightness adds a part of 255 and stays within bytes', () => {
    expect([...adjustBrightness(Uint8Array.of(0, 100, 250), 0.2)]).toEqual([51, 151, 255]);
    expect([...adjustBrightness(Uint8Array.of(0, 100, 250), -0.2)]).toEqual([0, 49, 199]);
  });

  test('adjustContrast stretches distances from the mean', () => {
    // The mean is 100.
    expect([...adjustContrast(Uint8Array.of(50, 100, 150), 2)]).toEqual([0, 100, 200]);
    expect([...adjustContrast(Uint8Array.of(50, 100, 150), 0)]).toEqual([100, 100, 100]);
  });

  test('addNoise adds each deviate times 255', () => {
    expect([...addNoise(Uint8Array.of(100, 100, 250), [0.1, -0.1, 1])]).toEqual([126, 75, 255]);
  });

  test('cutout blanks a square, cut off at the edges', () => {
    const at = (left: number, top: number) => [...cutout(nine, square, { left, top, size: 2 }, 77)];
    expect(at(0, 0)).toEqual([77, 77, 3, 77, 77, 6, 7, 8, 9]);
    expect(at(-1, 2)).toEqual([1, 2, 3, 4, 5, 6, 77, 8, 9]);
    expect(at(5, 5)).toEqual([...nine]);
  });

  test('mixup blends, cutmix pastes', () => {
    expect([...mixup(Uint8Array.of(0, 100), Uint8Array.of(200, 100), 0.75)]).toEqual([50, 100]);
    const other = new Uint8Array(9).fill(99);
    const box = { left: 1, top: 0, right: 3, bottom: 2 };
    expect([...cutmix(nine, other, square, box)]).toEqual([1, 99, 99, 4, 99, 99, 7, 8, 9]);
  });

  test('cutmix gives labels the share of the pixels that remain', () => {
    // Image i is filled with i + 1, so the pixels tell the share.
    const images = Uint8Array.from({ length: 4 * 16 }, (_, i) => Math.floor(i / 16) + 1);
    const ys = Float32Array.from({ length: 16 }, (_, i) => (i % 5 === 0 ? 1 : 0));
    mixBatch({ images, ys }, [4, 4, 4, 1], 4, { kind: 'cutmix', alpha: 1 }, new RandomState(3));
    for (let i = 0; i < 4; i++) {
      for (let c = 0; c < 4; c++) {
        const pixels = images.subarray(i * 16, (i + 1) * 16).filter((value) => value === c + 1);
        expect(ys[i * 4 + c]).toBeCloseTo(pixels.length / 16, 6);
      }
    }
  });

  test('mixup shares follow the Beta distribution', () => {
    const random = new RandomState(1);
    const shares = Array.from({ length: 2000 }, () => {
      const batch = { images: Uint8Array.of(0, 0), ys: Float32Array.of(1, 0, 0, 1) };
      mixBatch(batch, [2, 1, 1, 1], 2, { kind: 'mixup', alpha: 2 }, random);
      return batch.ys[0]!;
    }).filter((share) => share !== 1);
    const mean = shares.reduce((a, b) => a + b) / shares.length;
    const variance = shares.reduce((a, b) => a + (b - mean) ** 2, 0) / shares.length;
    // Beta(2, 2): mean 1/2, variance 1/20.
    expect(mean).toBeCloseTo(0.5, 1);
    expect(variance).toBeCloseTo(0.05, 2);
  });
});

describe('elastic', () => {
  test('looks as far away as the field says', () => {
    const right = new Array<number>(9).fill(1);
    const none = new Array<number>(9).fill(0);
    expect([...elasticImage(nine, square, right, none)]).toEqual([2, 3, 0, 5, 6, 0, 8, 9, 0]);
    expect([...elasticImage(nine, square, none, right)]).toEqual([4, 5, 6, 7, 8, 9, 0, 0, 0]);
  });

  test('smoothField spreads a point as a Gaussian does and reaches the strength', () => {
    const noise = new Float64Array(25);
    noise[12] = 1;
    const field = smoothField(noise, 5, 5, 1, 3);
    expect(field[12]).toBe(3);
    expect(field[11]).toBeCloseTo(3 * Math.exp(-1 / 2), 12);
    expect(field[7]).toBeCloseTo(3 * Math.exp(-1 / 2), 12);
    expect(field[6]).toBeCloseTo(3 * Math.exp(-1), 12);
    expect([...smoothField(new Float64Array(4), 2, 2, 1, 3)]).toEqual([0, 0, 0, 0]);
  });
});

describe('augmentImage', () => {
  const digits = generateDigits({ count: 3, seed: 1 });
  const image = digits.images.subarray(0, 784);
  const shape: ImageShape = [28, 28, 1];
  const steps: Augmentation[] = [
    { kind: 'shift', x: 0.1, y: 0.1 },
    { kind: 'rotate', degrees: 15 },
    { kind: 'shear', x: 0.2 },
    { kind: 'zoom', min: 0.9, max: 1.1 },
    { kind: 'flip', horizontal: true },
    { kind: 'crop', padding: 2 },
    { kind: 'brightness', by: 0.1 },
    { kind: 'contrast', by: 0.2 },
    { kind: 'noise', deviation: 0.02 },
    { kind: 'cutout', size: 6 },
    { kind: 'elastic', strength: 2, smoothness: 3 },
  ];

  test.each(steps.map((step) => [step.kind, step] as const))(
    '%s changes an image, alike for one seed and otherwise for another, and not its input',
    (_, step) => {
      const before = image.slice();
      const once = augmentImage(image, shape, [step], { seed: [1, 2] });
      expect(once).toEqual(augmentImage(image, shape, [step], { seed: [1, 2] }));
      const others = [3, 4, 5, 6].map((seed) => augmentImage(image, shape, [step], { seed }));
      expect(others.some((other) => Buffer.compare(other, once) !== 0)).toBe(true);
      expect(image).toEqual(before);
    },
  );

  test('joins geometric steps, so that opposite ones cancel without a blur', () => {
    const there: Augmentation = { kind: 'zoom', min: 2, max: 2 };
    const back: Augmentation = { kind: 'zoom', min: 0.5, max: 0.5 };
    expect(augmentImage(image, shape, [there, back], { seed: 1 })).toEqual(image);
  });

  test('gives a copy when there is nothing to do', () => {
    const same = augmentImage(image, shape, [], { seed: 1 });
    expect(same).toEqual(image);
    expect(same.buffer).not.toBe(image.buffer);
  });

  test('shifts within the part it is given', () => {
    const dot = new Uint8Array(100);
    dot[55] = 255;
    for (let seed = 0; seed < 50; seed++) {
      const moved = augmentImage(dot, [10, 10, 1], [{ kind: 'shift', x: 0.2 }], { seed });
      const columns = [...moved].flatMap((value, i) => (value > 0 ? [i % 10] : []));
      for (const column of columns) expect(Math.abs(column - 5)).toBeLessThanOrEqual(2);
    }
  });

  test.each<[unknown, string]>([
    [{ kind: 'blur' }, 'received "blur"'],
    [{ kind: 'shift', x: 0.1, fill: 'wrap' }, 'constant, nearest, reflect; received "wrap"'],
    [{ kind: 'shift', x: 2 }, 'x of shift'],
    [{ kind: 'rotate', degrees: Number.NaN }, 'degrees of rotate'],
    [{ kind: 'zoom', min: 0, max: 1 }, 'min of zoom'],
    [{ kind: 'zoom', min: 1, max: 0.5 }, 'max of zoom'],
    [{ kind: 'elastic', strength: 1, smoothness: 0 }, 'smoothness of elastic'],
  ])('refuses %o', (step, message) => {
    const work = () => augmentImage(image, shape, [step as Augmentation], { seed: 1 });
    expect(work).toThrow(RangeError);
    expect(work).toThrow(message);
  });

  test('bytes that do not match the shape are refused, and so is an unknown axis', () => {
    const wide: ImageShape = [3, 4, 1];
    const calls = [
      () => affineImage(nine, wide, translation(1, 0)),
      () => flipImage(nine, wide, 'horizontal'),
      () => cutout(nine, wide, { left: 0, top: 0, size: 1 }),
      () => cutmix(nine, nine, wide, { left: 0, top: 0, right: 1, bottom: 1 }),
      () => augmentImage(nine, wide, [], { seed: 1 }),
    ];
    for (const call of calls) expect(call).toThrow('must hold 12 bytes (3 x 4 x 1); received 9');
    expect(() => mixup(nine, nine.subarray(1), 0.5)).toThrow('received 9 and 8 bytes');
    expect(() => flipImage(nine, square, 'diagonal' as never)).toThrow('received "diagonal"');
  });

  test('augmentDataset changes each image by its own seed', () => {
    const changed = augmentDataset(digits, steps, { seed: 4, epoch: 1 });
    expect(changed.shape).toEqual(digits.shape);
    expect(changed.labels).toBe(digits.labels);
    expect(changed.images.subarray(784, 1568)).toEqual(
      augmentImage(digits.images.subarray(784, 1568), shape, steps, { seed: [4, 1, 1] }),
    );
  });
});
