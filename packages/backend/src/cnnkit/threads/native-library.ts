import { BackendError } from '../../errors.js';
import type { KernelLibrary } from '../kernel-library.js';
import { layoutFor, writeControl } from '../layout.js';

/** An engine of the addon: what its functions take, and nothing else. */
interface Engine {
  readonly __nativeEngine: never;
}

/** What `@cnnkit/native` loads; it says more of each there. */
export interface NativeKernels {
  readonly bits: readonly number[];
  readonly commands: string;
  readonly kernels: string;
  open(memory: Uint8Array, threads: number, bits: number): Engine;
  drain(engine: Engine): void;
  wake(engine: Engine): void;
  close(engine: Engine): void;
  peak(engine: Engine, turns: number): number;
  guard?(engine: Engine, offset: number, bytes: number, room: number): void;
}

/** Name of the instruction set that a vector width stands for on a CPU family, as `process.arch` has it. */
export function instructionSet(arch: string, bits: number): string {
  if (arch === 'arm64') return 'NEON';
  return bits === 512 ? 'AVX-512' : bits === 256 ? 'AVX2' : 'SSE2';
}

export interface NativeLibraryOptions {
  readonly native: NativeKernels;
  readonly arch: string;
  readonly bits: number;
  readonly threads: number;
  readonly maximumBytes: number;
}

/** The kernels as an addon: its own threads over the same memory that WebAssembly would use. */
export function openNativeLibrary(options: NativeLibraryOptions): KernelLibrary {
  const { native, arch, bits, threads, maximumBytes } = options;
  const memory = new WebAssembly.Memory({
    initial: Math.ceil(layoutFor(threads).arena / 65536),
    maximum: Math.floor(maximumBytes / 65536),
    // Growing a shared memory never moves it, so the addon may keep its address.
    shared: true,
  });
  writeControl(memory, threads);
  const engine = native.open(new Uint8Array(memory.buffer), threads, bits);
  const set = instructionSet(arch, bits);
  let open = true;
  const alive = (): Engine => {
    if (open) return engine;
    throw new BackendError('KERNELS_UNAVAILABLE', 'cnnkit backend: its engine was closed.');
  };
  return {
    name: `native-${set.toLowerCase().replace('-', '')}`,
    description: `native, ${set}, ${threads} thread${threads === 1 ? '' : 's'}`,
    memory,
    threads,
    drain: () => native.drain(alive()),
    wake: () => native.wake(alive()),
    close() {
      if (open) native.close(engine);
      open = false;
    },
    peak: (turns) => native.peak(alive(), turns),
    ...(native.guard === undefined
      ? {}
      : {
          guard(offset: number, bytes: number, room: number) {
            native.drain(alive());
            native.guard?.(engine, offset, bytes, room);
          },
        }),
  };
}
