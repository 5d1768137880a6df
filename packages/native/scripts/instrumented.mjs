// What the jobs share that run the backend's tests on an instrumented addon.
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));
const backend = join(root, '..', 'backend');

/**
 * Builds the addon by an option of `build.mjs`; ends this process if that fails.
 *
 * @param {string} option
 */
export function build(option) {
  const status = run(process.execPath, [join(root, 'scripts', 'build.mjs'), option], root, {});
  if (status !== 0) process.exit(status);
}

/**
 * Where a build of this machine lies.
 *
 * @param {string} folder
 */
export const binaryIn = (folder) =>
  join(root, folder, `${process.platform}-${process.arch}`, 'cnnkit.node');

/**
 * The path of one of the compiler's own libraries.
 *
 * @param {string} name
 */
export function libraryOf(name) {
  const options = [`-print-file-name=${name}`];
  return spawnSync(process.env.CC ?? 'cc', options, { encoding: 'utf8' }).stdout.trim();
}

/**
 * Runs test files of the backend, all of them if none is named, one after another in processes of their own.
 *
 * @param {string[]} files
 * @param {Record<string, string>} env
 * @returns the exit status
 */
export function testBackend(files, env) {
  const options = ['run', '--no-file-parallelism', '--pool=forks', ...files];
  return run('vitest', options, backend, { CNNKIT_KERNELS: 'native', ...env });
}

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
