// `npm run test:kernels`: the tests of @cnnkit/backend on every build of its kernels that runs on this
// machine: WebAssembly with fused multiply-adds and without, and native at each vector width of the CPU
// where a C compiler built it. Names of builds run these only, or all but these:
//
//   npm run test:kernels -- wasm-simd native-512
//   npm run test:kernels -- --without wasm-fma     (what `npm test` has run already)
//
// A build that is named, or native where `CNNKIT_REQUIRE` holds it, fails where it is not to be had; else it
// is left out and said so.
import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { exec, install, root, turbo } from './lib/workspace.mjs';

const BUILDS = {
  'wasm-fma': { CNNKIT_KERNELS: 'wasm' },
  'wasm-simd': { CNNKIT_KERNELS: 'wasm', CNNKIT_WASM_FMA: '0' },
  'native-512': { CNNKIT_KERNELS: 'native', CNNKIT_NATIVE_WIDTH: '512' },
  'native-256': { CNNKIT_KERNELS: 'native', CNNKIT_NATIVE_WIDTH: '256' },
  'native-128': { CNNKIT_KERNELS: 'native', CNNKIT_NATIVE_WIDTH: '128' },
};

const backend = join(root, 'packages', 'backend');
const words = process.argv.slice(2);
const without = words[0] === '--without';
const given = without ? words.slice(1) : words;
const unknown = given.filter((name) => BUILDS[name] === undefined);
if (unknown.length > 0) {
  console.error(
    `test:kernels: builds are ${Object.keys(BUILDS).join(', ')}; received ${unknown.join(', ')}.`,
  );
  process.exit(1);
}
const named = without ? [] : given;
const chosen = Object.keys(BUILDS).filter((name) =>
  without ? !given.includes(name) : given.length === 0 || given.includes(name),
);
const required = (process.env.CNNKIT_REQUIRE ?? '').split(',').map((word) => word.trim());

install();
if (turbo(['build', '--filter=@cnnkit/backend...']) !== 0) process.exit(1);

const native = nativeWidths();
const summary = [];
let failed = false;
for (const name of chosen) {
  const reason = missing(name);
  if (reason === undefined) {
    console.log(`\n=== ${name}`);
    summary.push(`${name}: ${test(BUILDS[name])}`);
    continue;
  }
  // A CPU without vectors of a width is no fault of the machine's; a missing compiler is.
  const wanted = named.includes(name) || (required.includes('native') && native.length === 0);
  failed ||= wanted;
  summary.push(`${name}: ${wanted ? 'FAILED' : 'left out'}, ${reason}`);
}
console.log(`\n${summary.join('\n')}`);
process.exit(failed ? 1 : 0);

/** Why a build does not run here; undefined if it does. */
function missing(name) {
  const [kind, width] = name.split('-');
  if (kind === 'wasm') return undefined;
  if (native.length === 0)
    return 'there is no addon (no C compiler built one, or it does not load)';
  return native.includes(Number(width)) ? undefined : `this CPU has no vectors of ${width} bits`;
}

/** Vector widths at which the addon of this machine runs; none where there is no addon. */
function nativeWidths() {
  const code = `
    const { loadNative } = await import('./packages/native/dist/index.js');
    try { console.log(loadNative().bits.join()); } catch (error) { console.error(error.message); }`;
  const { stdout } = spawnSync(process.execPath, ['--input-type=module', '--eval', code], {
    cwd: root,
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  return stdout.trim() === '' ? [] : stdout.trim().split(',').map(Number);
}

/** Runs the backend's tests on one build; returns its line of the summary. */
function test(environment) {
  const start = performance.now();
  const results = join(backend, 'test-results', 'node.json'); // where the package's own config puts it
  rmSync(results, { force: true });
  const reporters = ['--reporter=dot', '--reporter=json'];
  const status = exec(['vitest', 'run', ...reporters], { cwd: backend, env: environment });
  failed ||= status !== 0;
  if (!existsSync(results)) return 'FAILED, its tests did not run';
  const { numPassedTests, numFailedTests } = JSON.parse(readFileSync(results, 'utf8'));
  rmSync(results); // `npm test` counts what lies there as its own
  const seconds = ((performance.now() - start) / 1000).toFixed(0);
  return `${status === 0 ? '' : 'FAILED, '}${numPassedTests} passed, ${numFailedTests} failed, ${seconds} s`;
}
