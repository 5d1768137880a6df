// `npm run check`: everything a reviewer would otherwise have to look for. Types (tests and benches
// too), lint and format, unused code and dependencies, and every package as npm would get it.
import { spawnSync } from 'node:child_process';
import { turbo } from './lib/workspace.mjs';

const steps = [
  ['build and types', () => turbo(['build', 'types', '--concurrency=2'])],
  ['lint and format', () => run('biome', ['ci', '--reporter=summary', '.'])],
  ['unused code and dependencies (knip)', () => run('knip', [])],
  ['packages as published', () => run(process.execPath, ['scripts/check-packages.mjs'])],
];

const failed = [];
for (const [name, step] of steps) {
  console.log(`\n— ${name}`);
  const start = performance.now();
  if (step() !== 0) failed.push(name);
  console.log(`  ${((performance.now() - start) / 1000).toFixed(1)} s`);
}
if (failed.length > 0) {
  console.error(`\nCheck failed: ${failed.join('; ')}.`);
  process.exit(1);
}
console.log('\nCheck passed.');

function run(command, args) {
  return (
    spawnSync(command, args, { stdio: 'inherit', shell: process.platform === 'win32' }).status ?? 1
  );
}
