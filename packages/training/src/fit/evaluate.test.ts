import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it } from 'vitest';
import { useCpu } from '../../test/support/cpu.js';
import { compiledToy as compiled, toyImages } from '../../test/support/toy.js';
import { evaluate } from './evaluate.js';
import { fit } from './fit.js';
import { predict } from './predict.js';

beforeAll(useCpu);

const data = toyImages(50);

describe('evaluate and predict', () => {
  it('give the same whatever the batch size', async () => {
    const model = compiled();
    const one = await evaluate(model, data, { batchSize: 1 });
    const all = await evaluate(model, data, { batchSize: 64 });
    expect(one.loss).toBeCloseTo(all.loss!, 6);
    expect(one.accuracy).toBeCloseTo(all.accuracy!, 6);
    const whole = await predict(model, data, { batchSize: 64 });
    expect(whole.shape).toEqual([50, 4]);
    for (const batchSize of [1, 7, 12]) {
      const some = await predict(model, data, { batchSize });
      expect(some.shape).toEqual([50, 4]);
      some.data.forEach((p, i) => void expect(p).toBeCloseTo(whole.data[i]!, 6));
    }
  });

  it('agree: accuracy counts the rows whose largest probability is the label’s', async () => {
    const model = compiled();
    await fit(model, data, { epochs: 2 });
    const { data: probabilities } = await predict(model, data);
    let hits = 0;
    for (let i = 0; i < 50; i++) {
      const row = probabilities.subarray(4 * i, 4 * i + 4);
      expect(row.reduce((a, b) => a + b)).toBeCloseTo(1, 5);
      if (row.indexOf(Math.max(...row)) === data.labels[i]) hits++;
    }
    expect((await evaluate(model, data)).accuracy).toBeCloseTo(hits / 50, 6);
  });

  it('end with the reason of their signal', async () => {
    const signal = AbortSignal.abort(new Error('enough'));
    const model = compiled();
    const { numTensors } = tf.memory();
    await expect(evaluate(model, data, { signal })).rejects.toThrow('enough');
    await expect(predict(model, data, { signal })).rejects.toThrow('enough');
    expect(tf.memory().numTensors).toBe(numTensors);
  });
});
