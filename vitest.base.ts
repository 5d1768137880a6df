import { fileURLToPath } from 'node:url';
import { defineConfig, type ViteUserConfig } from 'vitest/config';

/**
 * The test configuration every package shares. Workspace packages resolve to their sources (the
 * `@cnnkit/source` condition), so a test sees today's code, not the last build. Setting conditions
 * replaces Vite's own, hence `node`, which picks the Node side of a package's imports.
 */
export function packageTests(overrides: ViteUserConfig['test'] = {}): ViteUserConfig {
  return defineConfig({
    resolve: { conditions: ['@cnnkit/source', 'node'] },
    ssr: { resolve: { conditions: ['@cnnkit/source', 'node'] } },
    test: {
      include: ['src/**/*.test.ts', 'test/**/*.test.ts'],
      exclude: ['**/*.browser.test.ts', '**/node_modules/**'],
      testTimeout: 60_000,
      hookTimeout: 60_000,
      // The JSON file is what the root's `npm test` counts, also when turbo replays a cached run.
      reporters: ['default', ['json', { outputFile: 'test-results/node.json' }]],
      // One build of the kernels on every machine; `test:kernels` runs the backend's tests on all of them.
      env: { CNNKIT_KERNELS: process.env.CNNKIT_KERNELS || 'wasm' },
      setupFiles: [fileURLToPath(new URL('./vitest.setup.ts', import.meta.url))],
      ...overrides,
    },
  });
}
