import { env } from '@tensorflow/tfjs-core';
import { expect, it } from 'vitest';
import { runReadme } from '../../../vitest.readme.ts';

it('every block of the README runs and prints what the README says', async () => {
  // Or tfjs greets on the console.
  env().set('PROD', true);
  const blocks = await runReadme(new URL('../', import.meta.url));
  expect(blocks.length).toBeGreaterThan(0);
  for (const { printed, expected } of blocks) expect(printed).toBe(expected ?? printed);
});
