import { existsSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';

/** An engine that {@link NativeKernels.open} opened. */
export interface NativeEngine {
  readonly __nativeEngine: never;
}

/** What the addon exports. Its caller is `@cnnkit/backend`, which knows what lies in the memory. */
export interface NativeKernels {
  /** Vector widths in bits that this CPU can run, widest first: of 512, 256 and 128. */
  readonly bits: readonly number[];
  /** Names of the kernels in the order of their opcodes, each followed by a space. */
  readonly commands: string;
  /** SHA-256 of the kernel sources this was built from. */
  readonly kernels: string;
  /**
   * Starts threads that take commands from the ring in `memory` until {@link NativeKernels.close}.
   *
   * @param memory Bytes of a shared memory whose address never changes, its control block written.
   * @param threads 1 to 16, counting the caller of `drain`.
   * @param bits One of `bits`.
   * @throws TypeError for anything else; Error if the system gives no more threads.
   */
  open(memory: Uint8Array, threads: number, bits: number): NativeEngine;
  /** Helps until every command in the ring is finished. */
  drain(engine: NativeEngine): void;
  /** Wakes threads that sleep on the ring's head. */
  wake(engine: NativeEngine): void;
  /** Finishes what is in the ring and ends the threads. */
  close(engine: NativeEngine): void;
  /**
   * Only in a build under AddressSanitizer: opens a block in a place of `room` bytes, or shuts it (0), so
   * that kernels which reach beyond their tensors end the process. Call it when the ring is empty.
   */
  guard?(engine: NativeEngine, offset: number, bytes: number, room: number): void;
  /** Runs `turns` turns of 12 multiply-adds of vectors on the calling thread. */
  peak(engine: NativeEngine, turns: number): number;
}

/** Files that may hold this machine's binary, best first: built in a clone, prebuilt, of the other C library. */
function candidates(): string[] {
  const platform = `${process.platform}-${process.arch}`;
  const prebuilt = [`prebuilds/${platform}`];
  // musl would load the binary made for glibc too, and does not promise that it works.
  if (process.platform === 'linux')
    prebuilt[runsOnMusl() ? 'unshift' : 'push'](`${prebuilt[0]}-musl`);
  return [`build/${platform}`, ...prebuilt]
    .map((name) => fileURLToPath(new URL(`../${name}/cnnkit.node`, import.meta.url)))
    .filter((file) => existsSync(file));
}

/** Whether this process has musl for its C library, as on Alpine: its loader is mapped into it. */
function runsOnMusl(): boolean {
  try {
    return readFileSync('/proc/self/maps', 'utf8').includes('/ld-musl-');
  } catch {
    return false; // no /proc: the binary that does not load is passed over
  }
}

/**
 * Loads the addon for this platform: the one built in a clone, else the prebuilt one. The environment
 * variable CNNKIT_NATIVE_BINARY names another file, for tests of a build that lies elsewhere; then nothing
 * else is tried.
 *
 * @throws Error, with the reason in its message, if there is none for this platform or if it does not
 * load.
 *
 * @example
 * ```ts
 * console.log(loadNative().bits.includes(512) ? 'AVX-512' : 'no AVX-512');
 * ```
 */
export function loadNative(): NativeKernels {
  const require = createRequire(import.meta.url);
  const refused: string[] = [];
  const named = process.env.CNNKIT_NATIVE_BINARY;
  for (const file of named ? [named] : candidates()) {
    try {
      return require(file) as NativeKernels;
    } catch (error) {
      refused.push((error as Error).message);
    }
  }
  throw new Error(
    refused.length === 0
      ? `@cnnkit/native has no binary for ${process.platform}-${process.arch}`
      : `the binary of @cnnkit/native does not load: ${refused.join('; ')}`,
  );
}
