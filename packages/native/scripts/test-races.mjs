// `npm run test:races`: tests of the backend, those whose threads run ahead of each other above all, on the addon
// under ThreadSanitizer: any two threads that touch the same memory without an order between them are told, whether
// or not a result came out wrong. Node itself is not instrumented, so only what names the addon counts.
//
//   node scripts/test-races.mjs [test files of @cnnkit/backend]
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const FILES = ['schedule', 'threads', 'recorded-step', 'training', 'random-models', 'fusion'];

const root = fileURLToPath(new URL('..', import.meta.url));
const binary = join(root, 'build-races', `${process.platform}-${process.arch}`, 'cnnkit.node');
const files = process.argv.slice(2);

const built = run(process.execPath, [join(root, 'scripts', 'build.mjs'), '--races'], root, {});
if (built !== 0) process.exit(built);
const found = spawnSync(process.env.CC ?? 'cc', ['-print-file-name=libtsan.so'], {
  encoding: 'utf8',
});
const preload = `process.env.LD_PRELOAD = ${JSON.stringify(found.stdout.trim())}`;
const logs = mkdtempSync(join(tmpdir(), 'cnnkit-races-'));
const status = run(
  'vitest',
  ['run', '--no-file-parallelism', '--pool=forks', ...(files.length > 0 ? files : FILES)],
  join(root, '..', 'backend'),
  {
    CNNKIT_NATIVE_BINARY: binary,
    CNNKIT_KERNELS: 'native',
    // In the processes that vitest starts, not in its own, which does not bear it.
    NODE_OPTIONS: `--import=data:text/javascript,${encodeURIComponent(preload)}`,
    TSAN_OPTIONS: `log_path=${join(logs, 'log')} exitcode=0 history_size=7 report_signal_unsafe=0`,
  },
);
const reports = readdirSync(logs).flatMap((name) =>
  readFileSync(join(logs, name), 'utf8')
    .split(/^=+$/m)
    .filter((report) => report.includes('cnnkit.node')),
);
rmSync(logs, { recursive: true });
if (reports.length > 0) console.error(reports.slice(0, 3).join('\n'));
console.log(`${reports.length} races in the addon`);
process.exitCode = status !== 0 || reports.length > 0 ? 1 : 0;

/**
 * @param {string} command
 * @param {string[]} args
 * @param {string} cwd
 * @param {Record<string, string>} env
 */
function run(command, args, cwd, env) {
  const { status, error } = spawnSync(command, args, {
    cwd,
    stdio: 'inherit',
    env: { ...process.env, ...env },
  });
  if (error) throw error;
  return status ?? 1;
}
