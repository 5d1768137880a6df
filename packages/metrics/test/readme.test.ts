import '@tensorflow/tfjs-backend-cpu';
import { readFileSync } from 'node:fs';
import * as metrics from '@cnnkit/metrics';
import * as tfjsMetrics from '@cnnkit/metrics/tfjs';
import * as random from '@cnnkit/random';
import * as tf from '@tensorflow/tfjs-core';
import * as tfl from '@tensorflow/tfjs-layers';
import { beforeAll, expect, it } from 'vitest';
import { readmeExamples, runExample } from './examples.js';

const path = new URL('../README.md', import.meta.url).pathname;
const modules = {
  '@cnnkit/metrics': metrics,
  '@cnnkit/metrics/tfjs': tfjsMetrics,
  '@cnnkit/random': random,
};

beforeAll(async () => {
  tf.env().set('IS_TEST', true); // tfjs's hint at tfjs-node would be a warning
  await tf.setBackend('cpu');
});

/** What an example on training may speak of: a small model and data for it. */
function trainingScope(): Record<string, unknown> {
  const model = tfl.sequential();
  model.add(tfl.layers.dense({ units: 3, activation: 'softmax', inputShape: [4] }));
  const labels = tf.tensor1d(
    Array.from({ length: 60 }, (_, i) => i % 3),
    'int32',
  );
  return { model, xs: tf.randomNormal([60, 4], 0, 1, 'float32', 3), ys: tf.oneHot(labels, 3) };
}

for (const [i, example] of readmeExamples(path).entries()) {
  it(`runs ${example.where}`, async () => {
    const check = (actual: unknown, expected: unknown, line: string) =>
      expect(actual, line).toEqual(expected);
    const { printed } = await runExample(example, trainingScope(), check, modules);
    if (i === 0) {
      const shown = /```text\n([\s\S]*?)```/.exec(readFileSync(path, 'utf8'))?.[1];
      expect(`${printed}\n`).toBe(shown);
    }
  });
}

it('names every export', () => {
  const readme = readFileSync(path, 'utf8');
  for (const name of Object.keys(metrics)) expect(readme).toContain(`\`${name}\``);
});
