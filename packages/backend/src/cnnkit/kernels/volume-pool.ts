import { backend_util, type TensorInfo } from '@tensorflow/tfjs-core';
import type { CnnkitBackend } from '../backend.js';
import { Op } from '../opcodes.js';
import { geometryOf } from './geometry.js';
import { areFloat, chunksFor, type Kernel, type KernelArgs, sizeOf } from './kernel.js';

type Conv3DInfo = backend_util.Conv3DInfo;
type Shape5 = [number, number, number, number, number];

/** A pool over a volume as two over images: rows and columns, then depth. */
function poolsOf(
  attrs: KernelArgs['attrs'],
  shape: readonly number[],
): { info: Conv3DInfo; plane: number[]; depth: number[]; middle: number } | undefined {
  if (shape.length !== 5) return undefined;
  const info = backend_util.computePool3DInfo(
    shape as Shape5,
    attrs.filterSize as number,
    attrs.strides as number,
    1,
    attrs.pad as 'valid' | 'same',
    attrs.dimRoundingMode as 'floor' | undefined,
  );
  const { batchSize, inDepth, inHeight, inWidth, inChannels, padInfo } = info;
  const { outDepth, outHeight, outWidth, filterDepth, strideDepth } = info;
  if ([sizeOf(shape), outDepth, outHeight, outWidth].some((size) => size <= 0)) return undefined;
  const common = { inChannels, outChannels: inChannels, dilationHeight: 1, dilationWidth: 1 };
  const plane = geometryOf({
    ...common,
    ...{ batchSize: batchSize * inDepth, inHeight, inWidth, outHeight, outWidth },
    ...{ filterHeight: info.filterHeight, filterWidth: info.filterWidth },
    ...{ strideHeight: info.strideHeight, strideWidth: info.strideWidth },
    padInfo: { top: padInfo.top, left: padInfo.left },
  });
  const depth = geometryOf({
    ...common,
    ...{ batchSize, inHeight: inDepth, inWidth: outHeight * outWidth },
    ...{ outHeight: outDepth, outWidth: outHeight * outWidth },
    ...{ filterHeight: filterDepth, filterWidth: 1, strideHeight: strideDepth, strideWidth: 1 },
    padInfo: { top: padInfo.front, left: 0 },
  });
  const middle = batchSize * inDepth * outHeight * outWidth * inChannels;
  return { info, plane, depth, middle };
}

function pool(op: number): Kernel {
  return ({ inputs, attrs, backend }) => {
    const x = inputs.x!;
    const pools = poolsOf(attrs, x.shape);
    if (pools === undefined || x.dtype !== 'float32') return undefined;
    const { info, plane, depth, middle } = pools;
    const { arena, commands } = backend;
    const from = backend.blockOf(x);
    const out = backend.output(info.outShape);
    const between = arena.take(middle * 4);
    sendPool(backend, op, plane, [from, between]);
    sendPool(backend, op, depth, [between, backend.blockOf(out)]);
    arena.release(between, middle * 4, commands.head);
    return out;
  };
}

function poolGrad(op: number): Kernel {
  return ({ inputs, attrs, backend }) => {
    const { dy, input } = inputs as { dy: TensorInfo; input: TensorInfo };
    // The first of equal maxima gets the gradient, as in two dimensions and in TensorFlow; tfjs cpu gives it
    // to the last here, and to a wrong place where the window is not square.
    const pools = poolsOf(attrs, input.shape);
    if (pools === undefined || !areFloat(false, dy, input)) return undefined;
    const { plane, depth, middle } = pools;
    const { arena, commands } = backend;
    const maximum = op === Op.maxPoolGrad;
    const [x, gradient] = [maximum ? backend.blockOf(input) : 0, backend.blockOf(dy)];
    const out = backend.output(input.shape);
    const between = arena.take(middle * 4);
    const pooled = maximum ? arena.take(middle * 4) : 0;
    if (maximum) sendPool(backend, Op.maxPool, plane, [x, pooled]);
    sendPool(backend, op, depth, [gradient, pooled, between]);
    sendPool(backend, op, plane, [between, x, backend.blockOf(out)]);
    for (const block of maximum ? [between, pooled] : [between])
      arena.release(block, middle * 4, commands.head);
    return out;
  };
}

/** Sends a pool, or the gradient of one, of a geometry. */
function sendPool(
  backend: CnnkitBackend,
  op: number,
  geometry: readonly number[],
  blocks: readonly number[],
): void {
  const [batch, , , channels, filterHeight, filterWidth, outHeight, outWidth] = geometry as [
    ...Shape5,
    ...[number, number, number],
  ];
  const forward = op === Op.maxPool || op === Op.avgPool;
  const units = forward ? batch * outHeight : batch * Math.ceil(channels / 64);
  const cost = batch * outHeight * outWidth * channels * filterHeight * filterWidth;
  backend.commands.send(op, chunksFor(units, cost), [...blocks, ...geometry]);
}

export const VOLUME_POOL_KERNELS: readonly (readonly [string, Kernel])[] = [
  ['MaxPool3D', pool(Op.maxPool)],
  ['AvgPool3D', pool(Op.avgPool)],
  ['MaxPool3DGrad', poolGrad(Op.maxPoolGrad)],
  ['AvgPool3DGrad', poolGrad(Op.avgPoolGrad)],
];
