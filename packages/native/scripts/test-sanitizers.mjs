// The backend's tests on the addon under AddressSanitizer and UndefinedBehaviorSanitizer, at each vector
// width of this CPU: the C over its whole grid of shapes, every tensor fenced in. Slow (minutes a width).
//
//   node scripts/test-sanitizers.mjs [128|256|512 …] [-- test files of @cnnkit/backend]
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));
const backend = join(root, '..', 'backend');
const dash = process.argv.indexOf('--');
const widths = process.argv.slice(2, dash < 0 ? undefined : dash);
const files = dash < 0 ? [] : process.argv.slice(dash + 1);
const binary = join(root, 'build-sanitize', `${process.platform}-${process.arch}`, 'cnnkit.node');

run(process.execPath, [join(root, 'scripts', 'build.mjs'), '--sanitize'], root, {});
const found = spawnSync(process.env.CC ?? 'cc', ['-print-file-name=libasan.so'], {
  encoding: 'utf8',
});
const environment = {
  CNNKIT_NATIVE_BINARY: binary,
  CNNKIT_KERNELS: 'native',
  // Node itself is not instrumented, so its runtime has to be there before everything else.
  LD_PRELOAD: found.stdout.trim(),
  // V8 never frees at exit, and a WebAssembly trap is a signal that V8 handles.
  ASAN_OPTIONS: 'detect_leaks=0:abort_on_error=1:allow_user_segv_handler=1:handle_segv=0',
  UBSAN_OPTIONS: process.env.UBSAN_OPTIONS ?? 'halt_on_error=1:print_stacktrace=1',
};
for (const width of widths.length > 0 ? widths : ['512', '256', '128']) {
  console.log(`\nVectors of ${width} bits`);
  run('vitest', ['run', '--no-file-parallelism', '--pool=forks', ...files], backend, {
    ...environment,
    CNNKIT_NATIVE_WIDTH: width,
  });
}

function run(command, args, cwd, env) {
  const { status, error } = spawnSync(command, args, {
    cwd,
    stdio: 'inherit',
    env: { ...process.env, ...env },
  });
  if (error) throw error;
  if (status !== 0) process.exit(status ?? 1);
}
