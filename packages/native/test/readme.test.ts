import { expect } from 'vitest';
import { runReadme } from '../../../vitest.readme.ts';
import { nativeTest } from './native-test.ts';

nativeTest('the programs in the README print what it says they print', async () => {
  const blocks = await runReadme(new URL('../', import.meta.url));
  expect(blocks.length).toBeGreaterThan(0);
  for (const { printed, expected } of blocks) expect(printed).toBe(expected);
});
