import { env, findBackend, setBackend } from '@tensorflow/tfjs-core';
import '@tensorflow/tfjs-backend-cpu';
import { CnnkitBackend } from './cnnkit/backend.js';
import { BACKEND_NAME } from './cnnkit/current.js';
import { inspectKernels, type OpenOptions, openKernels } from './cnnkit/open.js';
import { registerCnnkit } from './cnnkit/register.js';

/** A backend that may be there. */
export interface Candidate {
  /** Name to ask for. */
  readonly name: string;
  /** Name under which it registers with tfjs. */
  readonly tfjsName: string;
  /** One line on what it is. */
  readonly about: string;
  /** Loads and registers it; throws if it cannot run here. Returns what it is made of. */
  start(options: OpenOptions): Promise<{ threads: number | undefined; description: string }>;
}

/** A package that is there only if the program installed it, so no bundler may try to resolve it. */
async function importOptional(name: string): Promise<void> {
  await import(/* @vite-ignore */ /* webpackIgnore: true */ name);
}

async function startTensorflow(
  packageName: string,
): Promise<{ threads: undefined; description: string }> {
  await importOptional(packageName);
  if (findBackend('tensorflow') === null) throw new Error(`${packageName} registered no backend`);
  return { threads: undefined, description: `${packageName}, TensorFlow's native library` };
}

async function startCnnkit(
  options: OpenOptions,
): Promise<{ threads: number; description: string }> {
  const existing = findBackend(BACKEND_NAME) as CnnkitBackend | null;
  if (existing !== null) {
    const { threads, description, name } = existing.library;
    if (options.kernels !== undefined && !name.startsWith(options.kernels)) {
      throw new Error(
        `its ${name} kernels run already; tf.removeBackend('cnnkit') first to start ${options.kernels} ones`,
      );
    }
    if (options.threads === undefined || options.threads === threads) {
      if (options.winograd !== undefined) existing.winograd = options.winograd;
      if (options.recordSteps !== undefined) existing.recordSteps = options.recordSteps;
      return { threads, description };
    }
    throw new Error(
      `it runs on ${threads} thread${threads === 1 ? '' : 's'} already; ` +
        `tf.removeBackend('cnnkit') first to start it on ${options.threads}`,
    );
  }
  const library = await openKernels(options);
  const backend = new CnnkitBackend(library, options.maximumBytes ?? 2 ** 32);
  backend.winograd = options.winograd ?? backend.winograd;
  backend.recordSteps = options.recordSteps ?? backend.recordSteps;
  registerCnnkit(() => backend);
  return { threads: library.threads, description: library.description };
}

/** tfjs's cpu backend advises another on the console at its first tensor; this program has chosen already. */
export function prepareCpu(): void {
  const cpu = findBackend('cpu') as unknown as { firstUse?: boolean } | null;
  if (cpu !== null) cpu.firstUse = false;
}

async function startCpu(): Promise<{ threads: number; description: string }> {
  prepareCpu();
  return { threads: 1, description: "tfjs's plain JavaScript backend" };
}

/** The known backends, fastest first. */
export const CANDIDATES: readonly Candidate[] = [
  {
    name: 'tfjs-node-gpu',
    tfjsName: 'tensorflow',
    about: "TensorFlow's library on an NVIDIA GPU (@tensorflow/tfjs-node-gpu)",
    start: () => startTensorflow('@tensorflow/tfjs-node-gpu'),
  },
  {
    name: BACKEND_NAME,
    tfjsName: BACKEND_NAME,
    about: 'C kernels: native if @cnnkit/native is installed, else in WebAssembly',
    start: startCnnkit,
  },
  {
    name: 'tfjs-node',
    tfjsName: 'tensorflow',
    about: "TensorFlow's library on the CPU (@tensorflow/tfjs-node)",
    start: () => startTensorflow('@tensorflow/tfjs-node'),
  },
  { name: 'cpu', tfjsName: 'cpu', about: "tfjs's plain JavaScript backend", start: startCpu },
];

/** Starts a candidate and makes it tfjs's current backend. */
export async function activate(
  candidate: Candidate,
  options: OpenOptions,
): Promise<{ threads: number | undefined; description: string }> {
  const started = await candidate.start(options);
  if (!(await setBackend(candidate.tfjsName))) {
    throw new Error(`tfjs could not initialise its backend "${candidate.tfjsName}"`);
  }
  return started;
}

/** The names that `useBackend` takes, fastest first. */
export const backendNames: readonly string[] = CANDIDATES.map(({ name }) => name);

/** Why a candidate is not there, without starting it; undefined if nothing speaks against it. */
export async function obstacleOf(candidate: Candidate): Promise<string | undefined> {
  if (candidate.name === BACKEND_NAME) {
    const builds = await inspectKernels();
    return builds.some(({ available }) => available) ? undefined : builds.at(-1)?.reason;
  }
  if (candidate.name === 'cpu') return undefined;
  if (!env().getBool('IS_NODE')) return 'it runs in Node only';
  try {
    await candidate.start({});
    return undefined;
  } catch (error) {
    return shortReason(error);
  }
}

/** The first line of an error, without what only a stack trace needs. */
export function shortReason(error: unknown): string {
  const { message = String(error), code } = error as { message?: string; code?: string };
  if (code === 'ERR_MODULE_NOT_FOUND' || code === 'MODULE_NOT_FOUND') return 'it is not installed';
  if (/Failed to load url|Could not resolve|Cannot find (module|package)/.test(message))
    return 'it is not installed';
  return message.split('\n')[0]!.replace(/\.$/, '');
}
