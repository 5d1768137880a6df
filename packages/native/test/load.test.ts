import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, expect, test, vi } from 'vitest';
import { loadNative } from '../src/index.ts';
import { nativeTest } from './native-test.ts';

afterEach(() => {
  vi.unstubAllEnvs();
});

test.each([
  ['is no addon', fileURLToPath(import.meta.url)],
  ['is not there', join(tmpdir(), 'no-such-addon.node')],
])('a file named in CNNKIT_NATIVE_BINARY that %s is refused with the reason', (_, file) => {
  vi.stubEnv('CNNKIT_NATIVE_BINARY', file);
  expect(() => loadNative()).toThrow(/^the binary of @cnnkit\/native does not load: ./);
});

nativeTest('the same addon comes from every call', (native) => {
  expect(loadNative().open).toBe(native.open);
});
