import { platform } from '#platform';
import { BackendError } from '../errors.js';
import type { KernelLibrary } from './kernel-library.js';
import type { WinogradUse } from './kernels/winograd-plan.js';
import { layoutFor, MAX_THREADS } from './layout.js';
import { COMMANDS } from './opcodes.js';
import { instructionSet, type NativeKernels, openNativeLibrary } from './threads/native-library.js';
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
function wasmUnavailable(): string | undefined {
  if (typeof WebAssembly === 'undefined') return 'there is no WebAssembly here';
  if (!WebAssembly.validate(PLAIN_SIMD)) return 'this WebAssembly has no SIMD';
  return undefined;
}

/** How to open the engine. */
export interface OpenOptions {
  /** Default: as many as the machine has physical cores, at most 16. */
  readonly threads?: number | undefined;
  /** Bytes the memory may grow to. Default and most: 4 GiB. */
  readonly maximumBytes?: number | undefined;
  /** Where convolutions may go by Winograd's method. Default: `'checked'`. */
  readonly winograd?: WinogradUse | undefined;
  /** Whether training steps may be recorded. Default: true. */
  readonly recordSteps?: boolean | undefined;
  /**
   * Which build of the kernels. Default: what the variable CNNKIT_KERNELS says, else native where
   * `@cnnkit/native` is installed and suits this machine, else WebAssembly.
   */
  readonly kernels?: 'native' | 'wasm' | undefined;
}

/** A build of the kernels, and whether it runs here. */
export interface KernelBuild {
  /** `native` or `wasm`, and the instruction set where it is known: `native-avx2`, `wasm-fma`. */
  readonly name: string;
  readonly available: boolean;
  /** Why it does not run, or is not what runs; undefined if nothing speaks against it. */
  readonly reason: string | undefined;
}

const count = (threads: number) => `${threads} thread${threads === 1 ? '' : 's'}`;
const unavailable = (reason: string, cause?: unknown) =>
  new BackendError('KERNELS_UNAVAILABLE', `cnnkit backend: ${reason}.`, { cause });

/** Opens the best build of the kernels for this machine, or the one that was asked for. */
export async function openKernels(options: OpenOptions = {}): Promise<KernelLibrary> {
  const wanted = options.kernels ?? wantedKernels();
  if (wanted !== 'wasm') {
    const native = await findNative(wanted === 'native');
    if (typeof native !== 'string') return openNative(native, options);
    if (wanted === 'native') throw unavailable(`the native kernels cannot run: ${native}`);
  }
  return openWasm(options);
}

/** What CNNKIT_KERNELS asks for. */
function wantedKernels(): 'native' | 'wasm' | undefined {
  const wanted = platform.variable('CNNKIT_KERNELS');
  if (wanted === undefined || wanted === 'native' || wanted === 'wasm') return wanted;
  throw new RangeError(
    `CNNKIT_KERNELS must be native, wasm or not set; received ${JSON.stringify(wanted)}.`,
  );
}

interface NativeChoice {
  readonly native: NativeKernels;
  readonly bits: number;
}

/**
 * The addon and the width to run it at, or why it does not suit this machine.
 *
 * @param forced Take it also where WebAssembly would be the faster choice.
 */
async function findNative(forced: boolean): Promise<NativeChoice | string> {
  if (platform.loadNative === undefined) return 'it runs in Node only';
  let native: NativeKernels;
  try {
    native = await platform.loadNative();
  } catch (error) {
    return (error as Error).message;
  }
  const hash = await platform.readKernelsHash();
  if (native.kernels !== hash || native.commands.trim() !== COMMANDS.join(' ')) {
    return '@cnnkit/native and @cnnkit/backend are of different versions; install the same of both';
  }
  const width = platform.variable('CNNKIT_NATIVE_WIDTH');
  if (width !== undefined && !['128', '256', '512'].includes(width)) {
    throw new RangeError(
      `CNNKIT_NATIVE_WIDTH must be 128, 256 or 512; received ${JSON.stringify(width)}.`,
    );
  }
  const bits = width === undefined ? native.bits[0] : native.bits.find((b) => b <= Number(width));
  if (bits === undefined) return `this CPU has no vectors of ${width} bits`;
  if (platform.arch === 'x64' && bits < 256 && width === undefined && !forced) {
    return 'this CPU has no AVX2, and without it WebAssembly is faster';
  }
  return { native, bits };
}

function openNative({ native, bits }: NativeChoice, options: OpenOptions): KernelLibrary {
  return openNativeLibrary({
    native,
    arch: platform.arch,
    bits,
    threads: threadsFor(options),
    maximumBytes: maximumFor(options, threadsFor(options)),
  });
}

const threadsFor = ({ threads = platform.defaultThreads() }: OpenOptions) =>
  Math.min(MAX_THREADS, threads);

/** Bytes the memory may grow to; an engine needs some before it holds its first tensor. */
function maximumFor({ maximumBytes = FOUR_GIB }: OpenOptions, threads: number): number {
  const least = layoutFor(threads).arena + (1 << 20);
  if (maximumBytes >= least) return Math.min(maximumBytes, FOUR_GIB);
  throw new RangeError(
    `useBackend: maximumBytes must be ${least} or more for ${count(threads)}; received ${maximumBytes}.`,
  );
}

/** Whether to use relaxed SIMD: where there is any, unless CNNKIT_WASM_FMA is 0. */
const useFma = () => platform.variable('CNNKIT_WASM_FMA') !== '0' && hasRelaxedSimd();

async function openWasm(options: OpenOptions): Promise<KernelLibrary> {
  const reason = wasmUnavailable();
  if (reason !== undefined) throw unavailable(reason);
  const threads = threadsFor(options);
  const fma = useFma();
  const shared = threads > 1 && platform.startThread !== undefined;
  const build = `${fma ? 'fma' : 'simd'}${shared ? '-shared' : ''}`;
  let module: WebAssembly.Module;
  try {
    module = await WebAssembly.compile(await platform.readKernels(build));
  } catch (cause) {
    throw unavailable(
      `wasm/kernels-${build}.wasm cannot be loaded. In a clone, build the package first`,
      cause,
    );
  }
  const used = shared ? threads : 1;
  return openWasmLibrary({
    name: fma ? 'wasm-fma' : 'wasm-simd',
    description: `WebAssembly, 128-bit SIMD ${fma ? 'with' : 'without'} fused multiply-adds, ${count(used)}`,
    module,
    shared,
    threads: used,
    maximumBytes: maximumFor(options, used),
    mayWait: platform.mayWait,
    ...(shared && platform.startThread !== undefined ? { startThread: platform.startThread } : {}),
  });
}

/** Which builds of the kernels run here, in the order in which {@link openKernels} takes them. */
export async function inspectKernels(): Promise<KernelBuild[]> {
  const wanted = wantedKernels();
  const native = await findNative(wanted === 'native');
  const wasm = wasmUnavailable();
  const passedOver = (name: string) =>
    wanted === undefined || wanted === name ? undefined : `CNNKIT_KERNELS asks for ${wanted}`;
  return [
    typeof native === 'string'
      ? { name: 'native', available: false, reason: native }
      : {
          name: `native-${instructionSet(platform.arch, native.bits).toLowerCase().replace('-', '')}`,
          available: true,
          reason: passedOver('native'),
        },
    wasm === undefined
      ? { name: useFma() ? 'wasm-fma' : 'wasm-simd', available: true, reason: passedOver('wasm') }
      : { name: 'wasm', available: false, reason: wasm },
  ];
}
