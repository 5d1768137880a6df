// `npm run release`: publishes every package whose version npm does not have yet. `npm run
// version-packages` comes first, in a commit of its own. Nothing is published that does not pass, and
// @cnnkit/native not without the binary of every platform: ZIG names the compiler that builds them (`pip
// install ziglang` in some venv, then ZIG='…/bin/python -m ziglang').
import { spawnSync } from 'node:child_process';
import { turbo } from './lib/workspace.mjs';

const steps = [
  () => turbo(['build', 'test', '--concurrency=2']),
  () => run(process.execPath, ['packages/native/scripts/build.mjs', '--all']),
  () => run(process.execPath, ['scripts/check.mjs'], { CNNKIT_REQUIRE: requiring('prebuilds') }),
  () => run('changeset', ['publish']),
];
for (const step of steps) {
  const status = step();
  if (status !== 0) process.exit(status);
}

/** What CNNKIT_REQUIRE asks for already, and a word more. */
function requiring(word) {
  return [process.env.CNNKIT_REQUIRE, word].filter(Boolean).join(',');
}

function run(command, args, env = {}) {
  const options = { stdio: 'inherit', shell: process.platform === 'win32' };
  return spawnSync(command, args, { ...options, env: { ...process.env, ...env } }).status ?? 1;
}
