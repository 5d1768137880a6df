import { beforeAll, expect, it } from 'vitest';
import { runReadme } from '../../../vitest.readme.ts';
import { useCpu } from './support/cpu.js';

beforeAll(useCpu);

it('every block of the README runs and prints what the README says', async () => {
  const blocks = await runReadme(new URL('../', import.meta.url));
  expect(blocks.length).toBeGreaterThan(0);
  for (const { printed, expected } of blocks) expect(printed).toBe(expected ?? printed);
});
