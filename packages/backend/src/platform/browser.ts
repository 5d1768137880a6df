import type { Platform } from './platform.js';

/** What this module needs of the browser, so that the package compiles without DOM types. */
interface BrowserGlobals {
  readonly fetch: (
    url: URL,
  ) => Promise<{ ok: boolean; status: number; arrayBuffer(): Promise<ArrayBuffer> }>;
  readonly document?: unknown;
  readonly navigator?: { readonly hardwareConcurrency?: number };
  readonly crossOriginIsolated?: boolean;
  readonly Worker?: new (
    url: string,
  ) => {
    postMessage(message: unknown): void;
    terminate(): void;
    onerror: ((event: { readonly message?: string; preventDefault(): void }) => void) | null;
  };
  readonly Blob: new (parts: string[], options: { type: string }) => unknown;
  readonly URL: typeof URL & { createObjectURL(blob: unknown): string };
}
const browser = globalThis as unknown as BrowserGlobals;

const WORKER = `
onmessage = ({ data: { module, memory, thread, stackPointer, failed, done } }) => {
  try {
    const instance = new WebAssembly.Instance(module, { env: { memory, now: () => performance.now() } });
    // V8 may miss that the memory grew while this thread started; its bulk copies would trap behind the old end.
    memory.grow(0);
    instance.exports.__stack_pointer.value = stackPointer;
    instance.exports.work(thread);
  } catch (trap) {
    // The page may be waiting until this thread is done with its chunk.
    const words = new Int32Array(memory.buffer);
    Atomics.store(words, failed, 1);
    Atomics.notify(words, done);
    throw trap;
  }
};
`;

const canShare = browser.crossOriginIsolated === true && browser.Worker !== undefined;

/**
 * A browser: kernels over fetch; workers over shared memory if the page is cross-origin isolated,
 * else one thread. A page's main thread may not sleep, so it spins while it waits.
 */
export const platform: Platform = {
  defaultThreads: () => browser.navigator?.hardwareConcurrency ?? 1,
  arch: '',
  variable: () => undefined,
  mayWait: browser.document === undefined,
  enableRelaxedSimd() {},
  async readKernels(build) {
    // One literal URL a file, so that bundlers see and copy them.
    const urls: Record<string, () => URL> = {
      'fma-shared': () => new URL('../../wasm/kernels-fma-shared.wasm', import.meta.url),
      fma: () => new URL('../../wasm/kernels-fma.wasm', import.meta.url),
      'simd-shared': () => new URL('../../wasm/kernels-simd-shared.wasm', import.meta.url),
      simd: () => new URL('../../wasm/kernels-simd.wasm', import.meta.url),
    };
    const url = urls[build]?.();
    if (url === undefined) throw new RangeError(`no build of the kernels is called "${build}"`);
    const response = await browser.fetch(url);
    if (!response.ok) throw new Error(`${url.href} answered ${response.status}`);
    return new Uint8Array(await response.arrayBuffer());
  },
  // Asked for only to compare with an addon.
  readKernelsHash: () => Promise.resolve(''),
  loadNative: undefined,
  startThread: canShare
    ? (start) => {
        const blob = new browser.Blob([WORKER], { type: 'text/javascript' });
        const worker = new browser.Worker!(browser.URL.createObjectURL(blob));
        let error: unknown;
        // Also where the page's policy forbids such workers: nobody else says so.
        worker.onerror = (event) => {
          error = new Error(event.message ?? 'a worker could not start');
          // Whoever reads is told; the page's own handler of errors need not be.
          event.preventDefault();
          const words = new Int32Array(start.memory.buffer);
          Atomics.store(words, start.failed, 1);
          Atomics.notify(words, start.done);
        };
        worker.postMessage(start);
        // A page learns of it by events alone, which wait for whoever waits here.
        return { stop: () => worker.terminate(), isGone: () => false, error: () => error };
      }
    : undefined,
};
