import { platform } from '#platform';
import { BackendError } from '../errors.js';
import type { KernelLibrary } from './kernel-library.js';
import type { WinogradUse } from './kernels/winograd-plan.js';
import { MAX_THREADS } from './layout.js';
import { openWasmLibrary } from './threads/wasm-library.js';

/** Most bytes a WebAssembly memory can have. */
const FOUR_GIB = 65536 * 65536;

// The smallest module with a relaxed multiply-add, and one with any SIMD at all.
const RELAXED_MADD = wasmProbe([0xfd, 0x85, 0x02]);
const PLAIN_SIMD = wasmProbe([0xfd, 0xe4, 0x01]);

/** `(func (param v128 v128 v128) (result v128) local.get 0 1 2, op…)`, with operands to suit the op. */
function wasmProbe(op: readonly number[]): Uint8Array<ArrayBuffer> {
  const operands = op[1] === 0x85 ? [0x20, 0, 0x20, 1, 0x20, 2] : [0x20, 0, 0x20, 1];
  const body = [0, ...operands, ...op, 0x0b];
  return new Uint8Array([
    ...[0, 0x61, 0x73, 0x6d, 1, 0, 0, 0],
    ...[1, 8, 1, 0x60, 3, 0x7b, 0x7b, 0x7b, 1, 0x7b],
    ...[3, 2, 1, 0],
    ...[10, body.length + 2, 1, body.length, ...body],
  ]);
}

/** Whether this engine has relaxed SIMD, turning it on where it is behind a flag. */
function hasRelaxedSimd(): boolean {
  if (WebAssembly.validate(RELAXED_MADD)) return true;
  platform.enableRelaxedSimd();
  return WebAssembly.validate(RELAXED_MADD);
}

/** Why the WebAssembly kernels cannot run here; undefined if they can. */
export function wasmUnavailable(): string | undefined {
  if (typeof WebAssembly === 'undefined') return 'there is no WebAssembly here';
  if (!WebAssembly.validate(PLAIN_SIMD)) return 'this WebAssembly has no SIMD';
  return undefined;
}

/** How to open the engine. */
export interface OpenOptions {
  /** Default: as many as the machine has cores for, at most 16. */
  readonly threads?: number | undefined;
  /** Bytes the memory may grow to. Default and most: 4 GiB. */
  readonly maximumBytes?: number | undefined;
  /** Where convolutions may go by Winograd's method. Default: `'gradients'`. */
  readonly winograd?: WinogradUse | undefined;
  /** Which multiply-add the kernels use. Default: the fused one where there is one. */
  readonly simd?: 'fma' | 'plain' | undefined;
}

/** Compiles and opens the best build of the kernels for this machine. */
export async function openKernels(options: OpenOptions = {}): Promise<KernelLibrary> {
  const reason = wasmUnavailable();
  if (reason !== undefined)
    throw new BackendError('KERNELS_UNAVAILABLE', `cnnkit backend: ${reason}.`);
  const { maximumBytes = FOUR_GIB } = options;
  const threads = Math.min(MAX_THREADS, options.threads ?? platform.defaultThreads);
  const fma = options.simd === 'plain' ? false : hasRelaxedSimd();
  if (options.simd === 'fma' && !fma) {
    throw new BackendError(
      'KERNELS_UNAVAILABLE',
      'cnnkit backend: this WebAssembly has no relaxed SIMD.',
    );
  }
  const shared = threads > 1 && platform.startThread !== undefined;
  const build = `${fma ? 'fma' : 'simd'}${shared ? '-shared' : ''}`;
  let module: WebAssembly.Module;
  try {
    module = await WebAssembly.compile(await platform.readKernels(build));
  } catch (cause) {
    throw new BackendError(
      'KERNELS_UNAVAILABLE',
      `cnnkit backend: wasm/kernels-${build}.wasm cannot be loaded. In a clone, build the package first.`,
      { cause },
    );
  }
  const used = shared ? threads : 1;
  return openWasmLibrary({
    name: fma ? 'wasm-fma' : 'wasm-simd',
    description: `WebAssembly, 128-bit SIMD ${fma ? 'with fused multiply-adds' : 'without fused multiply-adds'}, ${used} thread${used === 1 ? '' : 's'}`,
    module,
    shared,
    threads: used,
    maximumBytes: Math.min(maximumBytes, FOUR_GIB),
    mayWait: platform.mayWait,
    ...(shared && platform.startThread !== undefined ? { startThread: platform.startThread } : {}),
  });
}
