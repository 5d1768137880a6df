import { layers, sequential } from '@tensorflow/tfjs-layers';
import { beforeAll, expect, it } from 'vitest';
import { useCpu } from '../../test/support/cpu.js';
import { batchSource } from './batch-source.js';

beforeAll(useCpu);

// Bytes are read two words at a time where they lie at a word, and one by one behind the last pair and elsewhere.
it.each([
  [16, 0],
  [20, 0],
  [12, 4],
  [7, 0],
  [27, 8],
  [24, 1],
  [784, 2],
])('gathers samples of %i bytes that start %i bytes into their buffer', (size, start) => {
  const count = 5;
  const bytes = Uint8Array.from({ length: start + count * size }, (_, i) => (i * 2731) >>> 3);
  const images = bytes.subarray(start);
  const model = sequential({ layers: [layers.flatten({ inputShape: [size, 1, 1] })] });
  for (const options of [{}, { scale: 0.3 }]) {
    const source = batchSource('fit', model, { images, shape: [count, size, 1, 1] }, 3, options);
    const order = Int32Array.of(4, 0, 3, 3, 1);
    for (const [from, to] of [
      [0, 3],
      [3, 5],
    ] as const) {
      const wanted = [...order.subarray(from, to)].flatMap((sample) =>
        Array.from(images.subarray(sample * size, (sample + 1) * size), (byte) =>
          Math.fround(options.scale === undefined ? byte / 255 : byte * options.scale),
        ),
      );
      expect([...source.xs(order, from, to)]).toEqual(wanted);
    }
  }
  model.dispose();
});
