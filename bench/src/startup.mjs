// `npm run bench:startup`: time from import to the end of the first training step of model B, each in a
// process of its own, medians; `ours` is what comes after tfjs and its cpu backend.
import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { readCommand } from './command.mjs';
import { describeMachine, machineLine } from './machine.mjs';
import { short, table } from './report.mjs';
import { median } from './statistics.mjs';

const HELP = `npm run bench:startup -- [options]

  --threads N      threads (2)
  --runs N         processes (15)
  --no-build       do not build the packages first
`;

const values = readCommand(HELP, {
  threads: '2',
  runs: '15',
});
const file = fileURLToPath(new URL('./first-step.mjs', import.meta.url));
const runs = Array.from({ length: Number(values.runs) }, () => {
  const { stdout, stderr, status } = spawnSync(process.execPath, [file, values.threads]);
  if (status !== 0) throw new Error(`bench: the first step failed:\n${stderr}`);
  return JSON.parse(String(stdout).trim().split('\n').at(-1) ?? '');
});
const rows = Object.keys(runs[0]).map((part) => {
  const times = runs.map((run) => run[part]);
  return [part, short(median(times)), `${short(Math.min(...times))}–${short(Math.max(...times))}`];
});
console.log(`${machineLine(describeMachine())}; ${values.threads} threads, ${values.runs} runs\n`);
console.log(table(['part', 'ms', 'min–max'], rows));
