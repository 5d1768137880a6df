import { defineConfig, type ViteUserConfig } from 'vitest/config';

/**
 * The test configuration every package shares. Workspace packages resolve to their sources (the
 * `@cnnkit/source` condition), so a test sees today's code, not the last build.
 */
export function packageTests(overrides: ViteUserConfig['test'] = {}): ViteUserConfig {
  return defineConfig({
    resolve: { conditions: ['@cnnkit/source'] },
    ssr: { resolve: { conditions: ['@cnnkit/source'] } },
    test: {
      include: ['src/**/*.test.ts', 'test/**/*.test.ts'],
      exclude: ['**/*.browser.test.ts', '**/node_modules/**'],
      testTimeout: 60_000,
      hookTimeout: 60_000,
      passWithNoTests: false,
      setupFiles: [new URL('./vitest.setup.ts', import.meta.url).pathname],
      ...overrides,
    },
  });
}
