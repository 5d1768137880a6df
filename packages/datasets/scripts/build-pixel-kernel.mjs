// Compiles kernels/pixels.c to WebAssembly and writes it as src/internal/gen/pixel-kernel.ts, which is
// committed: it is half a kilobyte, and so neither a build nor a user needs the compiler.
//   node scripts/build-pixel-kernel.mjs       (after a change of pixels.c; a test says if it is due)
import { createHash } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { runClang } from '@yowasp/clang';

const source = readFileSync(new URL('../kernels/pixels.c', import.meta.url), 'utf8');
const args = [
  ...['clang', '--target=wasm32-unknown-unknown', '-O2', '-msimd128', '-std=c23'],
  ...['-ffreestanding', '-nostdlib', '-Wall', '-Werror'],
  '-Wl,--no-entry,--strip-all,--export-memory,--initial-memory=131072,--max-memory=131072',
  ...['pixels.c', '-o', 'pixels.wasm'],
];
// The compiler reports its own loading.
const print = console.log;
console.log = () => {};
const built = await runClang(args, { 'pixels.c': source }, { fetchProgress: () => {} });
console.log = print;
const sourceSha256 = createHash('sha256').update(source).digest('hex');
const base64 = Buffer.from(built['pixels.wasm']).toString('base64');
writeFileSync(
  new URL('../src/internal/gen/pixel-kernel.ts', import.meta.url),
  `// Made by scripts/build-pixel-kernel.mjs out of kernels/pixels.c; do not edit.
/** SHA-256 of the source this was compiled from. */
export const sourceSha256 = '${sourceSha256}';
/** The WebAssembly module. */
export const moduleBase64 =
  '${base64}';
`,
);
console.log(`pixels.wasm: ${built['pixels.wasm'].length} bytes`);
