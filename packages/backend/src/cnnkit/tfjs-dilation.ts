import {
  engine,
  type GradConfig,
  getGradient,
  type NamedTensorMap,
  registerGradient,
  type Tensor,
  unregisterGradient,
} from '@tensorflow/tfjs-core';
import { isCurrent } from './current.js';
import { convolutionInfo } from './kernels/convolution.js';
import type { KernelArgs } from './kernels/kernel.js';
import { volumeInfo } from './kernels/volume.js';

// tfjs refuses the gradients of dilated convolutions, since its own kernels ignore dilation in them. The
// kernels of this backend do not, so where it is current the refusal is passed by.

/** Gradients that were replaced. */
const replaced = new WeakSet<GradConfig>();

/** Whether the kernels of a gradient take these shapes, rather than leave them to those of tfjs cpu. */
type Takes = (
  attrs: KernelArgs['attrs'],
  x: readonly number[],
  filter: readonly number[],
) => boolean;

/** Replaces the gradient of a convolution by one that knows dilation, on this backend. */
function allowDilation(kernelName: string, version: string, takes: Takes): void {
  const config = getGradient(kernelName);
  if (config === undefined || replaced.has(config)) return;
  const { inputsToSave = [] } = config;
  // tfjs warns of a gradient registered twice.
  unregisterGradient(kernelName);
  const dilating: GradConfig = {
    ...config,
    inputsToSave,
    gradFunc: (gradient, saved, attrs) => {
      const dy = gradient as Tensor;
      const [x, filter] = saved as [Tensor, Tensor];
      const { dilations } = attrs as { dilations?: number | readonly number[] | null };
      if (
        !isCurrent() ||
        !isDilated(dilations) ||
        !takes(attrs as KernelArgs['attrs'], x.shape, filter.shape)
      ) {
        return config.gradFunc(gradient, saved, attrs);
      }
      const run = (side: string, inputs: NamedTensorMap, shape: object) =>
        engine().runKernel(`${kernelName}Backprop${side}${version}`, inputs, {
          ...attrs,
          ...shape,
        } as never) as Tensor;
      return {
        x: () => run('Input', { dy, filter }, { inputShape: x.shape }),
        filter: () => run('Filter', { x, dy }, { filterShape: filter.shape }),
      };
    },
  };
  registerGradient(dilating);
  replaced.add(dilating);
}

/** Whether a convolution steps over pixels. */
export function isDilated(dilations: number | readonly number[] | null | undefined): boolean {
  return [dilations ?? 1].flat().some((dilation) => dilation !== 1);
}

/** Lets dilated convolutions be trained where this backend is current. */
export function trainDilatedConvolutions(): void {
  allowDilation('Conv2D', '', (...shapes) => convolutionInfo(...shapes) !== undefined);
  allowDilation(
    'DepthwiseConv2dNative',
    '',
    (...shapes) => convolutionInfo(...shapes, true) !== undefined,
  );
  allowDilation('Conv3D', 'V2', (...shapes) => volumeInfo(...shapes) !== undefined);
}
