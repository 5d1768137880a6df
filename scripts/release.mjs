// `npm run release`: publishes every package whose version npm does not have yet. `npm run
// version-packages` comes first, in a commit of its own. Nothing is published that does not pass.
import { spawnSync } from 'node:child_process';
import { turbo } from './lib/workspace.mjs';

const steps = [
  () => turbo(['build', 'test', '--concurrency=2']),
  () => run(process.execPath, ['scripts/check.mjs']),
  () => run('changeset', ['publish']),
];
for (const step of steps) {
  const status = step();
  if (status !== 0) process.exit(status);
}

function run(command, args) {
  return (
    spawnSync(command, args, { stdio: 'inherit', shell: process.platform === 'win32' }).status ?? 1
  );
}
