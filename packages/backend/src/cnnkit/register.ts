import {
  getKernel,
  getKernelsForBackend,
  type KernelConfig,
  type KernelFunc,
  registerBackend,
  registerKernel,
  type TensorInfo,
} from '@tensorflow/tfjs-core';
import type { CnnkitBackend } from './backend.js';
import { BACKEND_NAME } from './current.js';
import { KERNELS } from './kernels/index.js';
import type { Kernel } from './kernels/kernel.js';
import { trainDilatedConvolutions } from './tfjs-dilation.js';
import { fuseTfjsLayers } from './tfjs-layers.js';
import { fuseTfjsOptimizers } from './tfjs-optimizers.js';
import { recordTfjsTraining } from './tfjs-training.js';

/**
 * Registers the backend and its kernels with tfjs. Kernels of its own first; every other kernel that
 * tfjs's cpu backend has runs on values read back from the same memory.
 *
 * @param create Makes the backend when tfjs first wants it.
 * @returns what `tf.registerBackend` says: false if the name is taken.
 */
export function registerCnnkit(create: () => CnnkitBackend): boolean {
  const registered = registerBackend(BACKEND_NAME, create, 5);
  if (!registered) return false;
  fuseTfjsOptimizers();
  fuseTfjsLayers();
  trainDilatedConvolutions();
  recordTfjsTraining();
  // tfjs keeps a removed backend's kernels, and warns of kernels registered twice.
  if (getKernel('Add', BACKEND_NAME) !== undefined) return true;
  const own = new Map<string, Kernel>(KERNELS);
  for (const config of getKernelsForBackend('cpu')) {
    const kernel = own.get(config.kernelName);
    own.delete(config.kernelName);
    registerKernel({
      ...config,
      backendName: BACKEND_NAME,
      kernelFunc: withFallback(config, kernel),
    });
  }
  for (const [kernelName, kernel] of own) {
    registerKernel({
      kernelName,
      backendName: BACKEND_NAME,
      kernelFunc: (args) => {
        const result = kernel(args as never);
        if (result === undefined) throw new TypeError(`${kernelName}: not for these inputs.`);
        return result;
      },
    });
  }
  return true;
}

// Kernels of tfjs's cpu backend that only name the same values anew, or make some of nothing: nothing
// is read back for them.
const READ_NOTHING = new Set(['Identity', 'Reshape', 'ExpandDims', 'Range', 'LinSpace']);

/** The kernel, and tfjs's cpu kernel for inputs it does not take (it returns undefined for them). */
function withFallback({ kernelName, kernelFunc }: KernelConfig, kernel?: Kernel): KernelFunc {
  return (args) => {
    const backend = args.backend as CnnkitBackend;
    const result = kernel?.(args as never);
    if (result !== undefined) return result;
    if (READ_NOTHING.has(kernelName)) return kernelFunc(args);
    backend.fallbacks.set(kernelName, (backend.fallbacks.get(kernelName) ?? 0) + 1);
    const fallback = kernelFunc(args);
    return Array.isArray(fallback)
      ? fallback.map((t) => honest(backend, t))
      : honest(backend, fallback);
  };
}

/**
 * tfjs's cpu kernels may hand out int32 values under the name of float32, which are the same thing to
 * JavaScript but not in a block.
 */
function honest(backend: CnnkitBackend, tensor: TensorInfo): TensorInfo {
  const data = backend.dataOf(tensor);
  if (data.dtype === tensor.dtype || data.storage === undefined) return tensor;
  const values = data.values as ArrayLike<number>;
  const copy = backend.makeTensorInfo(tensor.shape, tensor.dtype, Float32Array.from(values));
  backend.disposeIntermediateTensorInfo(tensor);
  return copy;
}
