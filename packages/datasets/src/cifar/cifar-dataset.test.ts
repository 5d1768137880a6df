import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { cifar10Info, cifar100CoarseNames, cifar100Info } from '../catalog/cifar.js';
import { DatasetError } from '../dataset-error.js';
import { pixelKernel } from '../internal/pixel-kernel.js';
import { datasetFromCifar, datasetToCifar } from './cifar-dataset.js';
import { cifarMemory, cifarReader, planarToInterleaved } from './cifar-reader.js';

const classNames = ['cat', 'dog'];
/** Red counts up, green down, blue is the label. */
const record = (...labels: number[]) => [
  ...labels,
  ...Array.from({ length: 1024 }, (_, i) => i & 255),
  ...Array.from({ length: 1024 }, (_, i) => 255 - (i & 255)),
  ...new Array<number>(1024).fill(7),
];

describe('datasetFromCifar', () => {
  test('turns planes into pixels', () => {
    const dataset = datasetFromCifar(Uint8Array.from([...record(1), ...record(0)]), { classNames });
    expect(dataset.shape).toEqual([2, 32, 32, 3]);
    expect([...dataset.labels]).toEqual([1, 0]);
    expect([...dataset.images.subarray(0, 9)]).toEqual([0, 255, 7, 1, 254, 7, 2, 253, 7]);
    expect([...dataset.images.subarray(3072 + 3, 3072 + 6)]).toEqual([1, 254, 7]);
  });

  test('WebAssembly and plain JavaScript put each byte where NHWC has it', () => {
    const planes = Uint8Array.from({ length: 3080 }, (_, i) => Math.imul(i, 2654435761) >>> 24);
    const expected = Uint8Array.from(
      { length: 3072 },
      (_, i) => planes[5 + (i % 3) * 1024 + Math.floor(i / 3)]!,
    );
    for (const kernel of [pixelKernel(), null]) {
      const pixels = new Uint8Array(3075);
      planarToInterleaved(planes, 5, pixels, 3, kernel);
      expect(pixels.subarray(3)).toEqual(expected);
    }
  });

  test('reads either label of the form with two', () => {
    const bytes = Uint8Array.from(record(0, 1));
    const read = (useLabel: 0 | 1) =>
      datasetFromCifar(bytes, { classNames, labelBytes: 2, useLabel }).labels[0];
    expect([read(0), read(1)]).toEqual([0, 1]);
    expect(() => datasetFromCifar(bytes, { classNames, useLabel: 1 })).toThrow(RangeError);
  });

  test('rejects a file cut off and a label without a class, and names the file', () => {
    const cut = Uint8Array.from(record(1)).subarray(0, -1);
    expect(() => datasetFromCifar(cut, { classNames, file: 'x.bin' })).toThrow('x.bin');
    const bad = Uint8Array.from([...record(0), ...record(2)]);
    expect(() => datasetFromCifar(bad, { classNames })).toThrow('image 1 has 2');
  });

  test('gives back what datasetToCifar wrote', () => {
    const bytes = Uint8Array.from([...record(1), ...record(0)]);
    expect(datasetToCifar(datasetFromCifar(bytes, { classNames }))).toEqual(bytes);
  });
});

describe('cifarReader', () => {
  const kind = { bytes: 1, use: 0, classNames };
  const bytes = Uint8Array.from([...record(1), ...record(0), ...record(1)]);

  test('does not care how the file is cut into chunks', () => {
    const whole = datasetFromCifar(bytes, { classNames });
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 1, max: 4000 }), { minLength: 1 }), (sizes) => {
        const memory = cifarMemory(3);
        const reader = cifarReader(3, kind, memory);
        for (let at = 0, i = 0; at < bytes.length; i++) {
          const size = sizes[i % sizes.length]!;
          reader.write(bytes.subarray(at, at + size), 'x');
          at += size;
        }
        reader.finish('x');
        const { images, labels } = memory;
        expect(Buffer.compare(images, whole.images)).toBe(0);
        expect(labels).toEqual(whole.labels);
      }),
      { numRuns: 30 },
    );
  });

  test('rejects too many, too few, and half an image', () => {
    const many = cifarReader(2, kind);
    expect(() => many.write(bytes, 'x')).toThrow(DatasetError);
    const few = cifarReader(4, kind);
    few.write(bytes, 'x');
    expect(() => few.finish('x')).toThrow('3 images of 4');
    const half = cifarReader(4, kind);
    half.write(bytes.subarray(0, 4000), 'x');
    expect(() => half.finish('x')).toThrow('927 of the 3073');
  });
});

test('class names are as many as there are classes, each once', () => {
  expect(new Set(cifar10Info.classNames).size).toBe(10);
  expect(new Set(cifar100Info.classNames).size).toBe(100);
  expect(new Set(cifar100CoarseNames).size).toBe(20);
  expect([...cifar100Info.classNames].sort()).toEqual(cifar100Info.classNames);
  expect(cifar100CoarseNames).toHaveLength(20);
});
