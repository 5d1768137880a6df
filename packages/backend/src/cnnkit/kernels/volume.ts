import { backend_util, type TensorInfo } from '@tensorflow/tfjs-core';
import type { CnnkitBackend } from '../backend.js';
import { Op } from '../opcodes.js';
import { sendPartialSums } from './fold.js';
import { areFloat, chunksFor, type Kernel, type KernelArgs, sizeOf, withRoom } from './kernel.js';
import { sendMatmul, sendTranspose } from './matmul.js';
import { sendCopy, sendFill, stridesOf } from './move.js';

// Convolutions over volumes, made of what there is: products with windows copied side by side.

type Conv3DInfo = backend_util.Conv3DInfo;
type Shape5 = [number, number, number, number, number];

/** Floats of copied windows held at a time, if an image has no more. */
const COLUMNS = 4 << 20;

/** One dimension of a volume, its kernel and their result. */
interface Axis {
  readonly size: number;
  readonly out: number;
  readonly kernel: number;
  readonly stride: number;
  readonly dilation: number;
  readonly pad: number;
}

function axesOf(info: Conv3DInfo): [Axis, Axis, Axis] {
  const { padInfo } = info;
  return [
    {
      ...{ size: info.inDepth, out: info.outDepth, kernel: info.filterDepth },
      ...{ stride: info.strideDepth, dilation: info.dilationDepth, pad: padInfo.front },
    },
    {
      ...{ size: info.inHeight, out: info.outHeight, kernel: info.filterHeight },
      ...{ stride: info.strideHeight, dilation: info.dilationHeight, pad: padInfo.top },
    },
    {
      ...{ size: info.inWidth, out: info.outWidth, kernel: info.filterWidth },
      ...{ stride: info.strideWidth, dilation: info.dilationWidth, pad: padInfo.left },
    },
  ];
}

/** The outputs [lo, hi) that a tap reaches, and the input of the first. */
function reachOf({ size, out, stride, dilation, pad }: Axis, tap: number) {
  const offset = tap * dilation - pad;
  const lo = Math.max(0, Math.ceil(-offset / stride));
  const hi = Math.min(out, Math.floor((size - 1 - offset) / stride) + 1);
  return { lo, count: Math.max(0, hi - lo), input: lo * stride + offset };
}

/**
 * Copies windows side by side: of the input for every output (`forward`), or of the gradient of the output for every
 * input. Rows of `taps` runs of `channels` floats.
 */
function sendColumns(
  backend: CnnkitBackend,
  info: Conv3DInfo,
  { from, to, images, forward }: { from: number; to: number; images: number; forward: boolean },
): void {
  const axes = axesOf(info);
  const inSizes = axes.map(({ size }) => size);
  const outSizes = axes.map(({ out }) => out);
  const [channels, fromSizes, toSizes] = forward
    ? [info.inChannels, inSizes, outSizes]
    : [info.outChannels, outSizes, inSizes];
  const taps = sizeOf(axes.map(({ kernel }) => kernel));
  const row = taps * channels;
  const fromStrides = stridesOf([images, ...fromSizes, channels]);
  const toStrides = stridesOf([images, ...toSizes, row]);
  sendFill(backend, to, images * sizeOf(toSizes) * row, 0);
  for (let tap = 0; tap < taps; tap++) {
    const [, height, width] = axes;
    const at = [
      Math.floor(tap / (height.kernel * width.kernel)),
      Math.floor(tap / width.kernel) % height.kernel,
      tap % width.kernel,
    ];
    const reach = axes.map((axis, i) => reachOf(axis, at[i]!));
    if (reach.some(({ count }) => count === 0)) continue;
    const steps = axes.map(({ stride }) => stride);
    // The input steps by the stride, the output by one.
    const side = (strides: number[], input: boolean) => ({
      strides: [
        strides[0]!,
        ...steps.map((step, i) => strides[i + 1]! * (input ? step : 1)),
        strides[4]!,
      ],
      offset: reach.reduce(
        (sum, { lo, input: first }, i) => sum + strides[i + 1]! * (input ? first : lo),
        0,
      ),
    });
    const source = side(fromStrides, forward);
    const target = side(toStrides, !forward);
    sendCopy(backend, from, to, {
      shape: [images, ...reach.map(({ count }) => count), channels],
      ...{ from: source.strides, fromOffset: source.offset },
      ...{ to: target.strides, toOffset: target.offset + tap * channels },
    });
  }
}

/** Runs `use` on the windows of all images, as many of them at a time as there is room for. */
function forColumns(
  backend: CnnkitBackend,
  info: Conv3DInfo,
  { from, forward }: { from: number; forward: boolean },
  use: (columns: number, group: { first: number; images: number; index: number }) => void,
): void {
  const { batchSize, filterDepth, filterHeight, filterWidth } = info;
  const { inDepth, inHeight, inWidth, outDepth, outHeight, outWidth } = info;
  const taps = filterDepth * filterHeight * filterWidth;
  const [inPixels, outPixels] = [inDepth * inHeight * inWidth, outDepth * outHeight * outWidth];
  const [pixels, image, channels] = forward
    ? [outPixels, inPixels * info.inChannels, info.inChannels]
    : [inPixels, outPixels * info.outChannels, info.outChannels];
  const each = pixels * taps * channels;
  const step = Math.max(1, Math.min(batchSize, Math.floor(COLUMNS / each)));
  withRoom(backend, step * each * 4, (columns) => {
    for (let first = 0, index = 0; first < batchSize; first += step, index++) {
      const images = Math.min(step, batchSize - first);
      sendColumns(backend, info, { from: from + first * image * 4, to: columns, images, forward });
      use(columns, { first, images, index });
    }
  });
}

/** @returns how many groups `forColumns` makes of the outputs' windows. */
function groupsOf(info: Conv3DInfo): number {
  const each =
    (info.outDepth * info.outHeight * info.outWidth * sizeOf(info.filterShape)) / info.outChannels;
  const step = Math.max(1, Math.min(info.batchSize, Math.floor(COLUMNS / each)));
  return Math.ceil(info.batchSize / step);
}

/** A convolution's shape; undefined where nothing is to compute or tfjs should say what is wrong. */
export function volumeInfo(
  attrs: KernelArgs['attrs'],
  inShape: readonly number[],
  filterShape: readonly number[],
): Conv3DInfo | undefined {
  if (inShape.length !== 5 || filterShape.length !== 5 || inShape[4] !== filterShape[3])
    return undefined;
  const info = backend_util.computeConv3DInfo(
    inShape as Shape5,
    filterShape as Shape5,
    attrs.strides as number,
    (attrs.dilations as number | undefined) ?? 1,
    attrs.pad as 'valid' | 'same',
  );
  const sizes = [info.outDepth, info.outHeight, info.outWidth, sizeOf(inShape)];
  return sizes.some((size) => size <= 0) || sizeOf(filterShape) === 0 ? undefined : info;
}

const conv3d: Kernel = ({ inputs, attrs, backend }) => {
  const { x, filter } = inputs as { x: TensorInfo; filter: TensorInfo };
  const info = volumeInfo(attrs, x.shape, filter.shape);
  if (info === undefined || !areFloat(false, x, filter)) return undefined;
  const [from, weights] = [backend.blockOf(x), backend.blockOf(filter)];
  const out = backend.output(info.outShape);
  const to = backend.blockOf(out);
  const pixels = info.outDepth * info.outHeight * info.outWidth;
  const n = info.outChannels;
  const k = sizeOf(filter.shape) / n;
  forColumns(backend, info, { from, forward: true }, (columns, { first, images }) => {
    const shape = { batch: 1, m: images * pixels, n, k, strideA: 0, strideB: 0 };
    sendMatmul(backend, columns, weights, 0, to + first * pixels * n * 4, shape);
  });
  return out;
};

const conv3dBackpropFilter: Kernel = ({ inputs, attrs, backend }) => {
  const { x, dy } = inputs as { x: TensorInfo; dy: TensorInfo };
  const filterShape = attrs.filterShape as number[];
  const info = volumeInfo(attrs, x.shape, filterShape);
  if (info === undefined || !areFloat(false, x, dy)) return undefined;
  if (sizeOf(info.outShape) !== sizeOf(dy.shape)) return undefined;
  const [from, gradient] = [backend.blockOf(x), backend.blockOf(dy)];
  const out = backend.output(filterShape);
  const to = backend.blockOf(out);
  const pixels = info.outDepth * info.outHeight * info.outWidth;
  const n = info.outChannels;
  const size = sizeOf(filterShape);
  const m = size / n;
  const parts = groupsOf(info);
  sendPartialSums(backend, { outer: 1, reduced: parts, inner: size }, to, (partial) => {
    forColumns(backend, info, { from, forward: true }, (columns, { first, images, index }) => {
      const k = images * pixels;
      const blocks = [columns, gradient + first * pixels * n * 4, partial + index * size * 4];
      const chunks = chunksFor(Math.ceil(m / 64), m * n * k);
      backend.commands.send(Op.matmulTn, chunks, [...blocks, 1, m, n, k, 0, 0]);
    });
  });
  return out;
};

const conv3dBackpropInput: Kernel = ({ inputs, attrs, backend }) => {
  const { dy, filter } = inputs as { dy: TensorInfo; filter: TensorInfo };
  const inputShape = attrs.inputShape as number[];
  const info = volumeInfo(attrs, inputShape, filter.shape);
  if (info === undefined || !areFloat(false, dy, filter)) return undefined;
  if (sizeOf(info.outShape) !== sizeOf(dy.shape)) return undefined;
  const { arena, commands } = backend;
  const [from, weights] = [backend.blockOf(dy), backend.blockOf(filter)];
  const out = backend.output(inputShape);
  const to = backend.blockOf(out);
  const { inChannels: n, outChannels } = info;
  const taps = sizeOf(filter.shape) / (n * outChannels);
  const bytes = sizeOf(filter.shape) * 4;
  const transposed = arena.take(bytes);
  sendTranspose(backend, weights, transposed, taps, n, outChannels);
  const pixels = info.inDepth * info.inHeight * info.inWidth;
  forColumns(backend, info, { from, forward: false }, (columns, { first, images }) => {
    const shape = { m: images * pixels, n, k: taps * outChannels };
    const product = { batch: 1, ...shape, strideA: 0, strideB: 0 };
    sendMatmul(backend, columns, transposed, 0, to + first * pixels * n * 4, product);
  });
  arena.release(transposed, bytes, commands.head);
  return out;
};

export const VOLUME_KERNELS: readonly (readonly [string, Kernel])[] = [
  ['Conv3D', conv3d],
  ['Conv3DBackpropFilterV2', conv3dBackpropFilter],
  ['Conv3DBackpropInputV2', conv3dBackpropInput],
];
