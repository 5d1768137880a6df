// `npm run demo`: installs, builds what the demo needs, and starts it with the arguments given
// (`npm run demo -- --help`).
import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { install, root, turbo } from './lib/workspace.mjs';

install();
const status = turbo(['build', '--filter=@cnnkit/demo...']);
if (status !== 0) process.exit(status);

const child = spawn(
  process.execPath,
  [join(root, 'apps', 'demo', 'dist', 'cli.js'), ...process.argv.slice(2)],
  { stdio: 'inherit', cwd: process.env.INIT_CWD ?? process.cwd() },
);
// Ctrl-C reaches the whole process group: the demo ends by itself and says how.
process.on('SIGINT', () => {});
process.on('SIGTERM', () => child.kill('SIGTERM'));
child.on('exit', (code, signal) => process.exit(code ?? (signal === 'SIGINT' ? 130 : 1)));
