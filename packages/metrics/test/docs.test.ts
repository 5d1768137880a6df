import { readdirSync, readFileSync } from 'node:fs';
import * as metrics from '@cnnkit/metrics';
import { describe, expect, it } from 'vitest';
import { docExamples, documentedWithExample, runExample } from './examples.js';

const src = new URL('../src/', import.meta.url).pathname;
const files = readdirSync(src).filter((name) => name.endsWith('.ts') && !name.includes('.test'));

describe('each docstring example gives the values it shows', () => {
  for (const file of files.filter((name) => !name.startsWith('tfjs'))) {
    for (const example of docExamples(src + file, file)) {
      it(example.where, async () => {
        const { compared } = await runExample(example, { ...metrics }, (actual, expected, line) => {
          if (typeof actual === 'number' && Number.isFinite(actual)) {
            expect(actual, line).toBeCloseTo(expected as number, 12);
          } else expect(actual, line).toEqual(expected);
        });
        expect(compared, 'an example shows a value').toBeGreaterThan(0);
      });
    }
  }
});

describe('each public function', () => {
  const sources = files.map((file) => readFileSync(src + file, 'utf8')).join('\n');
  for (const name of Object.keys(metrics)) {
    it(`${name} is documented with an example`, () => {
      expect(sources).toMatch(documentedWithExample(name));
    });
  }
});
