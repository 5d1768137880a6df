// The backend's tests on the addon under AddressSanitizer and UndefinedBehaviorSanitizer, at each vector
// width of this CPU: the C over its whole grid of shapes, every tensor fenced in. Slow (minutes a width).
//
//   node scripts/test-sanitizers.mjs [128|256|512 …] [-- test files of @cnnkit/backend]
import { binaryIn, build, libraryOf, testBackend } from './instrumented.mjs';

const dash = process.argv.indexOf('--');
const widths = process.argv.slice(2, dash < 0 ? undefined : dash);
const files = dash < 0 ? [] : process.argv.slice(dash + 1);

build('--sanitize');
const environment = {
  CNNKIT_NATIVE_BINARY: binaryIn('build-sanitize'),
  // Node itself is not instrumented, so its runtime has to be there before everything else.
  LD_PRELOAD: libraryOf('libasan.so'),
  // V8 never frees at exit, and a WebAssembly trap is a signal that V8 handles.
  ASAN_OPTIONS: 'detect_leaks=0:abort_on_error=1:allow_user_segv_handler=1:handle_segv=0',
  UBSAN_OPTIONS: process.env.UBSAN_OPTIONS ?? 'halt_on_error=1:print_stacktrace=1',
};
for (const width of widths.length > 0 ? widths : ['512', '256', '128']) {
  console.log(`\nVectors of ${width} bits`);
  const status = testBackend(files, { ...environment, CNNKIT_NATIVE_WIDTH: width });
  if (status !== 0) process.exit(status);
}
