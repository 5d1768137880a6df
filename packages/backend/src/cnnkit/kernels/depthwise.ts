import type { backend_util, TensorInfo } from '@tensorflow/tfjs-core';
import type { CnnkitBackend } from '../backend.js';
import { Fold, Op } from '../opcodes.js';
import { convolutionInfo, forwardKernel } from './convolution.js';
import { sendPartialSums, sendReduce } from './fold.js';
import { geometryOf } from './geometry.js';
import { areFloat, chunksFor, type Kernel, type KernelArgs, sizeOf, withRoom } from './kernel.js';
import { sendCopy, sendFill } from './move.js';

type Conv2DInfo = backend_util.Conv2DInfo;

function infoOf(
  attrs: KernelArgs['attrs'],
  inShape: readonly number[],
  filterShape: readonly number[],
): Conv2DInfo | undefined {
  return convolutionInfo(attrs, inShape, filterShape, true);
}

/** The geometry with as many channels in as out, which is all the kernels know. */
function geometry(info: Conv2DInfo): number[] {
  return geometryOf({ ...info, inChannels: info.outChannels });
}

function multiplyAdds({ outShape, filterHeight, filterWidth }: Conv2DInfo): number {
  return sizeOf(outShape) * filterHeight * filterWidth;
}

/**
 * Runs `use` on x with each channel repeated as often as the channel multiplier says: on x itself
 * for 1, which is the common case.
 */
function withRepeatedChannels(
  backend: CnnkitBackend,
  info: Conv2DInfo,
  x: number,
  use: (block: number) => void,
): void {
  const multiplier = info.outChannels / info.inChannels;
  if (multiplier === 1) {
    use(x);
    return;
  }
  const n = sizeOf(info.inShape);
  withRoom(backend, n * multiplier * 4, (block) => {
    sendCopy(backend, x, block, { shape: [multiplier, n], from: [0, 1], to: [1, multiplier] });
    use(block);
  });
}

function sendDepthwise(
  backend: CnnkitBackend,
  info: Conv2DInfo,
  [x, filter]: readonly [number, number],
  bias: number,
  out: number,
  activation: number,
): void {
  const chunks = chunksFor(info.batchSize * info.outHeight, multiplyAdds(info));
  withRepeatedChannels(backend, info, x, (from) => {
    const ints = [from, filter, bias, out, activation, ...geometry(info)];
    backend.commands.send(Op.depthwise, chunks, ints);
  });
}

const depthwise = forwardKernel(true, (backend, info) => ({
  columns: info.outChannels,
  info: undefined,
  send: ([input, weights], bias, out, activation) => {
    const operands = [input.block(), weights.block()] as const;
    const add = bias === undefined ? 0 : bias.block();
    sendDepthwise(backend, info, operands, add, out, activation);
  },
}));

const depthwiseBackpropInput: Kernel = ({ inputs, attrs, backend }) => {
  const { dy, filter } = inputs as { dy: TensorInfo; filter: TensorInfo };
  const inputShape = attrs.inputShape as number[];
  if (!areFloat(false, dy, filter)) return undefined;
  const info = infoOf(attrs, inputShape, filter.shape);
  if (info === undefined || sizeOf(info.outShape) !== sizeOf(dy.shape)) return undefined;
  const { arena, commands } = backend;
  const from = [backend.blockOf(dy), backend.blockOf(filter)] as const;
  const out = backend.output(inputShape);
  const to = backend.blockOf(out);
  const [n, multiplier, channels] = [
    sizeOf(inputShape),
    info.outChannels / info.inChannels,
    info.inChannels,
  ];
  const chunks = chunksFor(info.batchSize * info.inHeight, multiplyAdds(info));
  if (multiplier === 1) {
    commands.send(Op.depthwiseDx, chunks, [...from, to, ...geometry(info)]);
    return out;
  }
  if (multiplier === 0) {
    sendFill(backend, to, n, 0);
    return out;
  }
  // A channel's gradients lie side by side; with one of each channel side by side instead, they are added up
  // as vectors.
  const sizes = [sizeOf(dy.shape), sizeOf(filter.shape), n * multiplier];
  const blocks = sizes.map((size) => arena.take(size * 4));
  const [gradient, weights, parts] = blocks as [number, number, number];
  const regroup = (block: number, target: number, size: number) =>
    sendCopy(backend, block, target, {
      shape: [size / info.outChannels, multiplier, channels],
      from: [info.outChannels, 1, multiplier],
      to: [info.outChannels, channels, 1],
    });
  regroup(from[0], gradient, sizes[0]!);
  regroup(from[1], weights, sizes[1]!);
  commands.send(Op.depthwiseDx, chunks, [gradient, weights, parts, ...geometry(info)]);
  const span = { outer: n / channels, reduced: multiplier, inner: channels };
  sendReduce(backend, Fold.sum, parts, to, span, 1);
  sizes.forEach((size, i) => {
    arena.release(blocks[i]!, size * 4, commands.head);
  });
  return out;
};

const depthwiseBackpropFilter: Kernel = ({ inputs, attrs, backend }) => {
  const { x, dy } = inputs as { x: TensorInfo; dy: TensorInfo };
  const filterShape = attrs.filterShape as number[];
  if (!areFloat(false, x, dy)) return undefined;
  const info = infoOf(attrs, x.shape, filterShape);
  if (info === undefined || sizeOf(info.outShape) !== sizeOf(dy.shape)) return undefined;
  const [blockX, blockDy] = [backend.blockOf(x), backend.blockOf(dy)];
  const out = backend.output(filterShape);
  const to = backend.blockOf(out);
  const cost = multiplyAdds(info);
  const rows = info.batchSize * info.outHeight;
  const parts = Math.max(1, Math.min(32, rows, Math.floor(cost / 65536)));
  const size = sizeOf(filterShape);
  sendPartialSums(backend, { outer: 1, reduced: parts, inner: size }, to, (partial) => {
    withRepeatedChannels(backend, info, blockX, (from) => {
      const ints = [from, blockDy, partial, parts, ...geometry(info)];
      backend.commands.send(Op.depthwiseDw, parts, ints);
    });
  });
  return out;
};

export const DEPTHWISE_KERNELS: readonly (readonly [string, Kernel])[] = [
  ['DepthwiseConv2dNative', depthwise],
  ['FusedDepthwiseConv2D', depthwise],
  ['DepthwiseConv2dNativeBackpropInput', depthwiseBackpropInput],
  ['DepthwiseConv2dNativeBackpropFilter', depthwiseBackpropFilter],
];
