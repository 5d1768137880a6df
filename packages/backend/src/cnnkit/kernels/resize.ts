import type { TensorInfo } from '@tensorflow/tfjs-core';
import { Op } from '../opcodes.js';
import { chunksFor, type Kernel, type KernelArgs, sameShape, sizeOf } from './kernel.js';
import { isPlain } from './move.js';

/** The arguments of `resize.c` after its two blocks. */
function shapeOf(
  attrs: KernelArgs['attrs'],
  small: readonly number[],
  large: readonly number[],
  nearest: boolean,
): number[] {
  const flags = [attrs.alignCorners === true, attrs.halfPixelCenters === true, nearest];
  return [...small, large[1]!, large[2]!, ...flags.map(Number)];
}

function resize(nearest: boolean): Kernel {
  return ({ inputs, attrs, backend }) => {
    const x = inputs.images as TensorInfo;
    const takes = nearest ? isPlain(x) : x.dtype === 'float32';
    const [height, width] = attrs.size as [number, number];
    const outShape = [x.shape[0]!, height, width, x.shape[3]!];
    const n = sizeOf(outShape);
    if (!takes || sizeOf(x.shape) === 0 || n === 0) return undefined;
    const from = backend.blockOf(x);
    const out = backend.output(outShape, x.dtype);
    const ints = [from, backend.blockOf(out), ...shapeOf(attrs, x.shape, outShape, nearest)];
    backend.commands.send(Op.resize, chunksFor(outShape[0]! * height, n * (nearest ? 1 : 4)), ints);
    return out;
  };
}

/**
 * The gradient, right where tfjs cpu's is not: its nearest one mixes up the images of a batch, its
 * bilinear one swaps the sides of an image that is not square, and both leave out half pixel centres.
 */
function resizeGrad(nearest: boolean): Kernel {
  return ({ inputs, attrs, backend }) => {
    const { images, dy } = inputs as { images: TensorInfo; dy: TensorInfo };
    if (images.dtype !== 'float32' || dy.dtype !== 'float32') return undefined;
    if (sizeOf(images.shape) === 0 || sizeOf(dy.shape) === 0) return undefined;
    if (sameShape(images.shape, dy.shape)) {
      backend.incRef(dy.dataId);
      return { dataId: dy.dataId, shape: dy.shape, dtype: dy.dtype };
    }
    const from = backend.blockOf(dy);
    const out = backend.output(images.shape);
    const [batch, , , channels] = images.shape as [number, number, number, number];
    const chunks = chunksFor(
      batch * Math.ceil(channels / 64),
      sizeOf(dy.shape) * (nearest ? 2 : 8),
    );
    const ints = [from, backend.blockOf(out), ...shapeOf(attrs, images.shape, dy.shape, nearest)];
    backend.commands.send(Op.resizeGrad, chunks, ints);
    return out;
  };
}

export const RESIZE_KERNELS: readonly (readonly [string, Kernel])[] = [
  ['ResizeNearestNeighbor', resize(true)],
  ['ResizeBilinear', resize(false)],
  ['ResizeNearestNeighborGrad', resizeGrad(true)],
  ['ResizeBilinearGrad', resizeGrad(false)],
];
