// Compiles kernels/ to WebAssembly, four times: with and without relaxed-SIMD multiply-adds, over
// shared and unshared memory. The compiler is clang out of npm, itself WebAssembly, so a clone needs
// nothing but Node. A build whose sources and flags have not changed is left alone.
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { kernelSources, kernels, kernelsHash } from './kernel-sources.mjs';

const out = new URL('../wasm/', import.meta.url);

const COMPILE = [
  '--target=wasm32-unknown-unknown',
  '-O3',
  // The default scheduler loads all operands first, and V8 then spills registers.
  ...['-mllvm', '-pre-RA-sched=source'],
  '-std=c23',
  '-ffreestanding',
  '-fno-math-errno',
  '-fno-tree-vectorize', // vectors are written by hand; the loops around them would only grow
  // Memory starts at address 0 here: a null base is an address like any other.
  '-fno-delete-null-pointer-checks',
  '-Wall',
  '-Werror',
  ...['-msimd128', '-mbulk-memory', '-mbulk-memory-opt', '-mmutable-globals'],
  ...['-mnontrapping-fptoint', '-msign-ext'],
];
const LINK = [
  '-nostdlib',
  '-Wl,--no-entry,--import-memory,--export=__stack_pointer,--stack-first,--strip-all',
  '-Wl,-z,stack-size=131072,--initial-memory=2097152,--max-memory=4294967296',
];

/** The builds by name: what a machine must have for each, beyond WebAssembly SIMD. */
const BUILDS = {
  'fma-shared': { compile: ['-mrelaxed-simd', '-matomics'], link: ['-Wl,--shared-memory'] },
  fma: { compile: ['-mrelaxed-simd'], link: [] },
  'simd-shared': { compile: ['-mno-relaxed-simd', '-matomics'], link: ['-Wl,--shared-memory'] },
  simd: { compile: ['-mno-relaxed-simd'], link: [] },
};

const files = kernelSources();
const stamp = createHash('sha256')
  .update(JSON.stringify([files, COMPILE, LINK, BUILDS]))
  .digest('hex');
const stampFile = new URL('build.sha256', out);
const target = (name) => new URL(`kernels-${name}.wasm`, out);
const fresh =
  existsSync(stampFile) &&
  existsSync(new URL('kernels.sha256', out)) &&
  readFileSync(stampFile, 'utf8') === stamp &&
  Object.keys(BUILDS).every((name) => existsSync(target(name)));

if (!fresh) {
  const { runClang } = await import('@yowasp/clang');
  // Its inner runs report their own loading through console.log, past `fetchProgress`.
  const print = console.log;
  console.log = (line, ...more) => {
    if (!/: fetched \d+% /.test(String(line))) print(line, ...more);
  };
  mkdirSync(out, { recursive: true });
  for (const [name, { compile, link }] of Object.entries(BUILDS)) {
    const args = [
      'clang',
      ...COMPILE,
      ...compile,
      ...LINK,
      ...link,
      'wasm.c',
      '-o',
      'kernels.wasm',
    ];
    let diagnostics = '';
    const collect = (bytes) => {
      if (bytes) diagnostics += new TextDecoder().decode(bytes);
    };
    try {
      const built = await runClang(args, files, {
        stdout: collect,
        stderr: collect,
        fetchProgress: () => {},
      });
      writeFileSync(target(name), built['kernels.wasm']);
      console.log(`wasm/kernels-${name}.wasm ${built['kernels.wasm'].length} bytes`);
    } catch {
      // What was thrown holds all sources; the compiler has said what is wrong.
      console.error(diagnostics);
      throw new Error(`build-wasm: ${name} does not compile in ${fileURLToPath(kernels)}.`);
    }
  }
  writeFileSync(new URL('kernels.sha256', out), kernelsHash(files));
  writeFileSync(stampFile, stamp);
}
