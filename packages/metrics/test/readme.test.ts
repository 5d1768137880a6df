import { readFileSync } from 'node:fs';
import * as metrics from '@cnnkit/metrics';
import { RandomState } from '@cnnkit/random';
import { expect, it } from 'vitest';
import { readmeExamples, runExample } from './examples.js';

const path = new URL('../README.md', import.meta.url).pathname;

for (const [i, example] of readmeExamples(path).entries()) {
  it(`runs ${example.where}`, async () => {
    const { printed } = await runExample(
      example,
      { ...metrics, RandomState },
      (actual, expected, line) => expect(actual, line).toEqual(expected),
    );
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
