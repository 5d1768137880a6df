// Kills a download at hundreds of moments: node scripts/kill-download.mjs [kills] [seed]
import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';

const [kills = '300', seed = '1'] = process.argv.slice(2);
const { status } = spawnSync('npx', ['vitest', 'run', 'src/download/kill-download.test.ts'], {
  cwd: fileURLToPath(new URL('..', import.meta.url)),
  env: { ...process.env, CNNKIT_KILLS: kills, CNNKIT_KILL_SEED: seed },
  stdio: 'inherit',
  shell: process.platform === 'win32',
});
process.exitCode = status ?? 1;
