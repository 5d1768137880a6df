import '@tensorflow/tfjs-backend-cpu';
import { readFileSync } from 'node:fs';
import * as metrics from '@cnnkit/metrics';
import * as tfjsMetrics from '@cnnkit/metrics/tfjs';
import * as random from '@cnnkit/random';
import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, expect, it } from 'vitest';
import { readmeExamples, runExample } from './examples.js';
import { trainingScope } from './training-scope.js';

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
  const names = [...Object.keys(metrics), ...Object.keys(tfjsMetrics)];
  for (const name of names) expect(readme).toContain(`\`${name}\``);
});
