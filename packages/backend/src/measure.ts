import {
  type backend_util,
  getKernel,
  type KernelBackend,
  type TensorInfo,
} from '@tensorflow/tfjs-core';
import { CnnkitBackend } from './cnnkit/backend.js';
import { KERNELS } from './cnnkit/kernels/index.js';
import type { Kernel } from './cnnkit/kernels/kernel.js';
import { openKernels } from './cnnkit/open.js';

/** What a backend took for the convolution that is measured. */
export interface Measured {
  /** Milliseconds, the least of several runs, which other work on the machine disturbs least. */
  readonly ms: number;
  /** How many times as long as the fastest one that was measured: 1 for that one. */
  readonly timesFastest: number;
}

/** A 3 x 3 convolution of 8 images, 16 x 16, from 32 channels to 64: 38 million multiply-adds. */
const [IMAGES, FILTER] = [
  [8, 16, 16, 32],
  [3, 3, 32, 64],
];
const ATTRS = { strides: [1, 1], pad: 'same', dataFormat: 'NHWC', dilations: [1, 1] };
/** Enough to be undisturbed once, and for kernels of a fraction of a millisecond to be measured often. */
const [RUNS, LONGEST_MS] = [3, 100];

interface Computing {
  write(values: backend_util.BackendValues, shape: number[], dtype: 'float32'): object;
  readSync(dataId: object): backend_util.BackendValues;
  disposeData(dataId: object): boolean;
}

/** The least time of the convolution on a backend, its result read back each time. */
function timeOf(
  backend: Computing,
  convolve: (inputs: Record<string, TensorInfo>) => TensorInfo,
): number {
  const tensor = (shape: readonly number[]): TensorInfo => {
    const values = Float32Array.from(
      { length: shape.reduce((a, b) => a * b, 1) },
      (_, i) => (i % 17) / 17,
    );
    const dataId = backend.write(values, [...shape], 'float32');
    return { dataId, shape: [...shape], dtype: 'float32' };
  };
  const inputs = { x: tensor(IMAGES!), filter: tensor(FILTER!) };
  const run = () => {
    const out = convolve(inputs);
    backend.readSync(out.dataId);
    backend.disposeData(out.dataId);
  };
  run();
  let least = Number.POSITIVE_INFINITY;
  const end = performance.now() + LONGEST_MS;
  for (let i = 0; i < RUNS || performance.now() < end; i++) {
    const start = performance.now();
    run();
    least = Math.min(least, performance.now() - start);
  }
  for (const { dataId } of Object.values(inputs)) backend.disposeData(dataId);
  return least;
}

/** The time of one build of the `cnnkit` backend's kernels, on an engine of its own that is closed again. */
export async function measureKernels(kernels: 'native' | 'wasm'): Promise<number> {
  const backend = new CnnkitBackend(await openKernels({ kernels }), 2 ** 28);
  try {
    const conv2d = KERNELS.find(([name]) => name === 'Conv2D')![1] as Kernel;
    return timeOf(backend, (inputs) => conv2d({ inputs, attrs: ATTRS, backend }) as TensorInfo);
  } finally {
    backend.dispose();
  }
}

/** The time of a backend that is registered with tfjs. */
export function measureRegistered(name: string, backend: KernelBackend): number {
  const kernel = getKernel('Conv2D', name);
  if (kernel === undefined) throw new Error(`${name} has no convolution`);
  return timeOf(
    backend as unknown as Computing,
    (inputs) => kernel.kernelFunc({ inputs: inputs as never, attrs: ATTRS, backend }) as TensorInfo,
  );
}
