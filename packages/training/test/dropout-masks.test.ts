import { useBackend } from '@cnnkit/backend';
import { Dropout } from '@cnnkit/models';
import { getKernel, ones, setBackend, type Tensor, tidy } from '@tensorflow/tfjs-core';
import { expect, test } from 'vitest';

test('dropout masks drawn by the backend have the bits of those drawn in JavaScript', async () => {
  await useBackend({ backend: 'cpu' });
  await useBackend({ backend: 'cnnkit', threads: 2 });
  expect(getKernel('CnnkitKeepMask', 'cnnkit')).toBeDefined();
  for (const [rate, seed, shape] of [
    [0.5, 1, [3]],
    [0.25, 2 ** 40 + 7, [8, 12, 12, 33]],
    [0.999, -5, [5, 1001]],
    [1, 4, [10]],
  ] as const) {
    const drawn = [];
    for (const backend of ['cpu', 'cnnkit']) {
      await setBackend(backend);
      const layer = new Dropout({ rate, seed });
      const call = () =>
        tidy(() => (layer.apply(ones([...shape]), { training: true }) as Tensor).dataSync());
      drawn.push([call(), call()]);
      expect(drawn.at(-1)![0]).toHaveLength(shape.reduce<number>((a, b) => a * b, 1));
    }
    expect(drawn[1]).toEqual(drawn[0]);
  }
});
