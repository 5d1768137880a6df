import { backend_util, type TensorInfo } from '@tensorflow/tfjs-core';
import type { CnnkitBackend } from '../backend.js';
import { SCRATCH_BYTES } from '../layout.js';
import { Activation, Fold, Op } from '../opcodes.js';
import { areFloat, chunksFor, type Kernel, type KernelArgs, sizeOf } from './kernel.js';
import { FUSED_ACTIVATIONS, finishActivation, sendTranspose } from './matmul.js';
import { sendReduce } from './reduce.js';

type Conv2DInfo = backend_util.Conv2DInfo;

/** A convolution's or pool's shape as `geometry.h` has it. */
export function geometryOf(info: Conv2DInfo): number[] {
  return [
    ...[info.batchSize, info.inHeight, info.inWidth, info.inChannels],
    ...[info.filterHeight, info.filterWidth],
    ...[info.outHeight, info.outWidth, info.outChannels],
    ...[info.strideHeight, info.strideWidth, info.padInfo.top, info.padInfo.left],
    ...[info.dilationHeight, info.dilationWidth],
  ];
}

function infoOf(
  attrs: KernelArgs['attrs'],
  inShape: readonly number[],
  filterShape: readonly number[],
): Conv2DInfo | undefined {
  const {
    strides,
    pad,
    dataFormat = 'NHWC',
    dilations = 1,
    dimRoundingMode,
  } = attrs as {
    strides: number | [number, number];
    pad: 'valid' | 'same' | number | backend_util.ExplicitPadding;
    dataFormat?: 'NHWC' | 'NCHW';
    dilations?: number | [number, number];
    dimRoundingMode?: 'floor' | 'round' | 'ceil';
  };
  // tfjs's kernels say what is wrong with shapes that do not fit.
  if (dataFormat !== 'NHWC' || inShape.length !== 4 || inShape[3] !== filterShape[2])
    return undefined;
  const info = backend_util.computeConv2DInfo(
    inShape as [number, number, number, number],
    filterShape as [number, number, number, number],
    strides,
    dilations,
    pad,
    dimRoundingMode,
  );
  const empty = info.outHeight <= 0 || info.outWidth <= 0 || sizeOf(inShape) === 0;
  return empty || windowBytes(info) * 8 > SCRATCH_BYTES ? undefined : info;
}

/** Bytes to gather one pixel's window. */
function windowBytes({ filterHeight, filterWidth, inChannels }: Conv2DInfo): number {
  return filterHeight * (filterWidth * inChannels * 4 + 8);
}

function multiplyAdds(info: Conv2DInfo): number {
  const { batchSize, outHeight, outWidth, outChannels, filterHeight, filterWidth, inChannels } =
    info;
  return batchSize * outHeight * outWidth * outChannels * filterHeight * filterWidth * inChannels;
}

/** Sends a convolution with bias (0 for none) and activation. */
export function sendConv2D(
  backend: CnnkitBackend,
  info: Conv2DInfo,
  x: number,
  filter: number,
  bias: number,
  out: number,
  activation: number,
): void {
  const pixels = info.batchSize * info.outHeight * info.outWidth;
  const chunks = chunksFor(Math.ceil(pixels / 48), multiplyAdds(info));
  backend.commands.send(Op.conv2d, chunks, [x, filter, bias, out, activation, ...geometryOf(info)]);
}

const conv2d: Kernel = ({ inputs, attrs, backend }) => {
  const { x, filter } = inputs as { x: TensorInfo; filter: TensorInfo };
  if (!areFloat(false, x, filter)) return undefined;
  const info = infoOf(attrs, x.shape, filter.shape);
  if (info === undefined) return undefined;
  const from = [backend.blockOf(x), backend.blockOf(filter)] as const;
  const out = backend.output(info.outShape);
  sendConv2D(backend, info, ...from, 0, backend.blockOf(out), Activation.linear);
  return out;
};

const fusedConv2d: Kernel = ({ inputs, attrs, backend }) => {
  const { x, filter, bias, preluActivationWeights } = inputs as Record<string, TensorInfo> & {
    x: TensorInfo;
    filter: TensorInfo;
  };
  if (!areFloat(false, x, filter, bias, preluActivationWeights)) return undefined;
  const activation = (attrs.activation as string | undefined) ?? 'linear';
  const fused = FUSED_ACTIVATIONS[activation];
  if (fused === undefined && !['elu', 'leakyrelu', 'prelu'].includes(activation)) return undefined;
  const info = infoOf(attrs, x.shape, filter.shape);
  if (info === undefined) return undefined;
  if (
    bias !== undefined &&
    (sizeOf(bias.shape) !== info.outChannels || bias.shape.at(-1) !== info.outChannels)
  ) {
    return undefined;
  }
  const from = [backend.blockOf(x), backend.blockOf(filter)] as const;
  const blockBias = bias === undefined ? 0 : backend.blockOf(bias);
  const out = backend.output(info.outShape);
  sendConv2D(backend, info, ...from, blockBias, backend.blockOf(out), fused ?? Activation.linear);
  const alpha = (attrs.leakyreluAlpha as number | undefined) ?? 0;
  return finishActivation(backend, out, activation, alpha, preluActivationWeights);
};

const conv2dBackpropInput: Kernel = ({ inputs, attrs, backend }) => {
  const { dy, filter } = inputs as { dy: TensorInfo; filter: TensorInfo };
  const inputShape = attrs.inputShape as number[];
  if (!areFloat(false, dy, filter)) return undefined;
  const info = infoOf(attrs, inputShape, filter.shape);
  if (info === undefined || sizeOf(info.outShape) !== sizeOf(dy.shape)) return undefined;
  const { arena, commands } = backend;
  const { filterHeight, filterWidth, inChannels, outChannels, batchSize } = info;
  const from = [backend.blockOf(dy), backend.blockOf(filter)] as const;
  const out = backend.output(inputShape);
  const bytes = sizeOf(filter.shape) * 4;
  const transposed = arena.take(bytes);
  sendTranspose(backend, from[1], transposed, filterHeight * filterWidth, inChannels, outChannels);
  const slabs = batchSize >= 8 ? 1 : Math.max(1, Math.min(8, inChannels >> 4));
  const chunks = chunksFor(batchSize * slabs, multiplyAdds(info));
  const ints = [from[0], transposed, backend.blockOf(out), slabs, ...geometryOf(info)];
  commands.send(Op.conv2dDx, chunks, ints);
  arena.release(transposed, bytes, commands.head);
  return out;
};

const conv2dBackpropFilter: Kernel = ({ inputs, attrs, backend }) => {
  const { x, dy } = inputs as { x: TensorInfo; dy: TensorInfo };
  const filterShape = attrs.filterShape as number[];
  if (!areFloat(false, x, dy)) return undefined;
  const info = infoOf(attrs, x.shape, filterShape);
  if (info === undefined || sizeOf(info.outShape) !== sizeOf(dy.shape)) return undefined;
  const from = [backend.blockOf(x), backend.blockOf(dy)] as const;
  const out = backend.output(filterShape);
  sendConv2DDw(backend, info, ...from, backend.blockOf(out));
  return out;
};

function sendConv2DDw(
  backend: CnnkitBackend,
  info: Conv2DInfo,
  x: number,
  dy: number,
  to: number,
): void {
  const { arena, commands } = backend;
  const { batchSize, outHeight, outWidth, outChannels, inChannels, filterHeight, filterWidth } =
    info;
  const cost = multiplyAdds(info);
  const window = filterHeight * filterWidth * inChannels;
  const narrow = inChannels % 4 !== 0 && inChannels < 16 && outWidth * window * 4 <= SCRATCH_BYTES;
  if (!narrow) {
    const units = filterHeight * filterWidth * Math.ceil(inChannels / 16);
    commands.send(Op.conv2dDw, chunksFor(units, cost), [x, dy, to, ...geometryOf(info)]);
    return;
  }
  const parts = Math.max(1, Math.min(16, batchSize * outHeight, Math.floor(cost / 65536)));
  const size = window * outChannels;
  const partial = parts === 1 ? to : arena.take(parts * size * 4);
  commands.send(Op.conv2dDwNarrow, parts, [x, dy, partial, ...geometryOf(info)]);
  if (parts === 1) return;
  sendReduce(backend, Fold.sum, partial, to, { outer: 1, reduced: parts, inner: size }, 1);
  arena.release(partial, parts * size * 4, commands.head);
}

export const CONVOLUTION_KERNELS: readonly (readonly [string, Kernel])[] = [
  ['Conv2D', conv2d],
  ['FusedConv2D', fusedConv2d],
  ['Conv2DBackpropInput', conv2dBackpropInput],
  ['Conv2DBackpropFilter', conv2dBackpropFilter],
];
