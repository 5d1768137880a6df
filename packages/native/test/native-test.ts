import { expect, test } from 'vitest';
import { loadNative, type NativeKernels } from '../src/index.ts';

/** The addon of this machine; undefined where no C compiler made one. One that is there has to load. */
function load(): NativeKernels | undefined {
  try {
    return loadNative();
  } catch (error) {
    if (/has no binary for/.test((error as Error).message)) return undefined;
    throw error;
  }
}

const native = load();

/**
 * A test of the addon of this machine. Where there is none it skips and says so, unless `CNNKIT_REQUIRE`
 * holds `native`: then it fails.
 */
export function nativeTest(title: string, run: (native: NativeKernels) => Promise<void> | void) {
  const required = (process.env.CNNKIT_REQUIRE ?? '').split(',').includes('native');
  if (native !== undefined) test(title, () => run(native));
  else if (required) {
    test(title, () => expect.fail('CNNKIT_REQUIRE=native, but no C compiler built the addon'));
  } else
    test.skip(`${title} (skipped: no C compiler built the addon; cc, or what CC names)`, () => {});
}
