import { fileURLToPath } from 'node:url';
import { playwright } from '@vitest/browser-playwright';
import { defineConfig } from 'vitest/config';

/**
 * Tests that need a browser: `*.browser.test.ts`, run by a real Chromium over the packages'
 * sources. `CNNKIT_CHROMIUM` names its executable; scripts/test.mjs finds and sets it.
 */
const executablePath = process.env.CNNKIT_CHROMIUM;

const tests = ['packages/*/src/**/*.browser.test.ts', 'packages/*/test/**/*.browser.test.ts'];

export default defineConfig({
  resolve: { conditions: ['@cnnkit/source'] },
  // Dependencies are looked for before the tests begin: one that is found later reloads the page
  // under a test, which then fails.
  optimizeDeps: { entries: tests },
  // Shared memory, and so threads, exist only in a page that is cross-origin isolated.
  server: {
    headers: {
      'Cross-Origin-Opener-Policy': 'same-origin',
      'Cross-Origin-Embedder-Policy': 'require-corp',
    },
  },
  test: {
    include: tests,
    testTimeout: 120_000,
    reporters: ['default', ['json', { outputFile: 'test-results/browser.json' }]],
    setupFiles: [fileURLToPath(new URL('./vitest.setup.ts', import.meta.url))],
    browser: {
      enabled: true,
      headless: true,
      screenshotFailures: false,
      provider: playwright({
        launchOptions: {
          ...(executablePath ? { executablePath } : {}),
          args: [
            '--no-sandbox',
            '--disable-gpu',
            '--disable-quic',
            '--no-first-run',
            '--disable-background-networking',
            '--disable-component-update',
            '--disable-sync',
          ],
        },
      }),
      instances: [{ browser: 'chromium' }],
    },
  },
});
