import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';

/**
 * A test on real data in `CNNKIT_DATA_DIR`. Without it the test skips and says so, unless
 * `CNNKIT_REQUIRE` holds `data`: then it fails.
 */
export function realDataTest(
  title: string,
  needs: string,
  run: (dataDir: string) => Promise<void>,
): void {
  const dataDir = process.env.CNNKIT_DATA_DIR ?? '';
  const there = dataDir !== '' && existsSync(join(dataDir, needs));
  const required = (process.env.CNNKIT_REQUIRE ?? '').split(',').includes('data');
  if (there) test(title, () => run(dataDir));
  else if (required) {
    test(title, () => expect.fail(`CNNKIT_REQUIRE=data, but CNNKIT_DATA_DIR holds no ${needs}`));
  } else test.skip(`${title} (skipped: set CNNKIT_DATA_DIR to a folder with ${needs})`, () => {});
}
