import '@tensorflow/tfjs-backend-cpu';
import { readdirSync, readFileSync } from 'node:fs';
import * as metrics from '@cnnkit/metrics/tfjs';
import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it } from 'vitest';
import { docExamples, documentedWithExample, runExample } from './examples.js';
import { trainingScope } from './training-scope.js';

const src = new URL('../src/tfjs/', import.meta.url).pathname;
const files = readdirSync(src).filter((name) => name.endsWith('.ts'));

beforeAll(async () => {
  tf.env().set('IS_TEST', true); // tfjs's hint at tfjs-node would be a warning
  await tf.setBackend('cpu');
});

describe('each docstring example on training gives the values it shows', () => {
  for (const file of files) {
    for (const example of docExamples(src + file, `tfjs/${file}`)) {
      it(example.where, async () => {
        const scope = { ...metrics, tf, ...trainingScope() };
        const { compared } = await runExample(example, scope, (actual, expected, line) => {
          if (typeof actual !== 'number') expect(actual, line).toEqual(expected);
          else expect(actual, line).toBeCloseTo(expected as number, 12);
        });
        expect(compared, 'an example shows a value').toBeGreaterThan(0);
      });
    }
  }
});

describe('each public function for training', () => {
  const sources = files.map((file) => readFileSync(src + file, 'utf8')).join('\n');
  for (const name of Object.keys(metrics)) {
    it(`${name} is documented with an example`, () => {
      expect(sources).toMatch(documentedWithExample(name));
    });
  }
});
