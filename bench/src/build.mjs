import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';

/**
 * Builds the packages that the bench imports, from turbo's cache where nothing changed. Needs turbo on
 * the PATH, as the root's `npm run bench` sees to.
 */
export function buildPackages() {
  const { status, error } = spawnSync(
    'turbo',
    ['run', 'build', '--filter=@cnnkit/bench^...', '--output-logs=errors-only'],
    {
      cwd: fileURLToPath(new URL('../..', import.meta.url)),
      // Standard output belongs to the bench (--json -).
      stdio: ['ignore', 'pipe', 'inherit'],
      shell: process.platform === 'win32',
    },
  );
  if (error || status !== 0) {
    throw new Error(
      `bench: the packages do not build (${error?.message ?? `exit code ${status}`}).`,
    );
  }
}
