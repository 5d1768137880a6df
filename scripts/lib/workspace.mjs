// What every root command needs first: the pinned pnpm (through npx, so that nothing has to be
// installed by hand) and an installed workspace. Plain JavaScript: it runs before anything is there.
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

export const root = join(dirname(fileURLToPath(import.meta.url)), '..', '..');
const stampFile = join(root, 'node_modules', '.cnnkit-install');
const windows = process.platform === 'win32';

const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);
if (major < 20 || (major === 20 && minor < 19)) {
  console.error(`cnnkit needs Node 20.19 or newer; this is ${process.version}.`);
  process.exit(1);
}

function packageManager() {
  return JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')).packageManager;
}

/** The files whose change makes a new install necessary. */
function installInputs() {
  const files = ['package.json', 'pnpm-workspace.yaml', 'pnpm-lock.yaml', 'bench/package.json'];
  for (const group of ['packages', 'apps']) {
    if (!existsSync(join(root, group))) continue;
    for (const name of readdirSync(join(root, group)).sort()) {
      const file = join(group, name, 'package.json');
      if (existsSync(join(root, file))) files.push(file);
    }
  }
  return files;
}

function installStamp() {
  const hash = createHash('sha256').update(process.platform + process.arch);
  for (const file of installInputs()) {
    if (existsSync(join(root, file))) hash.update(file).update(readFileSync(join(root, file)));
  }
  return hash.digest('hex');
}

/** Runs a command with the pinned pnpm and the workspace's own tools on the PATH; returns its exit code. */
export function exec(command, options = {}) {
  const args = ['--yes', '--prefer-offline', packageManager(), 'exec', ...command];
  return spawn('npx', args, options);
}

function spawn(file, args, options) {
  const result = spawnSync(file, args, {
    cwd: root,
    stdio: 'inherit',
    shell: windows,
    ...options,
    env: {
      ...process.env,
      TURBO_TELEMETRY_DISABLED: '1',
      DO_NOT_TRACK: '1',
      npm_config_update_notifier: 'false',
      ...options.env,
    },
  });
  if (result.error) throw result.error;
  return result.status ?? 1;
}

/** Installs the workspace's packages, or does nothing when they are as the lockfile wants them. */
export function install() {
  const stamp = installStamp();
  if (existsSync(stampFile) && readFileSync(stampFile, 'utf8') === stamp) return;
  console.log(`Installing packages with ${packageManager()} …`);
  const args = [
    '--yes',
    packageManager(),
    'install',
    '--frozen-lockfile',
    '--reporter=append-only',
  ];
  const status = spawn('npx', args, {});
  if (status !== 0) {
    console.error('The install failed; its own message stands above.');
    process.exit(status);
  }
  mkdirSync(dirname(stampFile), { recursive: true });
  writeFileSync(stampFile, stamp);
}

/** Runs a turbo task over the workspace, quiet where everything comes out of the cache. */
export function turbo(args) {
  return exec(['turbo', 'run', ...args, '--output-logs=new-only']);
}
