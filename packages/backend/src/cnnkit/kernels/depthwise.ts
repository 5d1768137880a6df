import type { backend_util, TensorInfo } from '@tensorflow/tfjs-core';
import type { CnnkitBackend } from '../backend.js';
import { Fold, Op } from '../opcodes.js';
import { convolutionInfo, forwardKernel } from './convolution.js';
import { geometryOf } from './geometry.js';
import { areFloat, chunksFor, type Kernel, type KernelArgs, sizeOf } from './kernel.js';
import { sendCopy } from './move.js';
import { sendReduce } from './reduce.js';

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
  const { arena, commands } = backend;
  const n = sizeOf(info.inShape);
  const bytes = n * multiplier * 4;
  const block = arena.take(bytes);
  sendCopy(backend, x, block, { shape: [multiplier, n], from: [0, 1], to: [1, multiplier] });
  use(block);
  arena.release(block, bytes, commands.head);
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
  const from = [backend.blockOf(dy), backend.blockOf(filter)];
  const out = backend.output(inputShape);
  const to = backend.blockOf(out);
  const [n, multiplier] = [sizeOf(inputShape), info.outChannels / info.inChannels];
  const bytes = n * multiplier * 4;
  const repeated = multiplier === 1 ? to : arena.take(bytes);
  const chunks = chunksFor(info.batchSize * info.inHeight, multiplyAdds(info));
  commands.send(Op.depthwiseDx, chunks, [...from, repeated, ...geometry(info)]);
  if (multiplier === 1) return out;
  sendReduce(backend, Fold.sum, repeated, to, { outer: n, reduced: multiplier, inner: 1 }, 1);
  arena.release(repeated, bytes, commands.head);
  return out;
};

const depthwiseBackpropFilter: Kernel = ({ inputs, attrs, backend }) => {
  const { x, dy } = inputs as { x: TensorInfo; dy: TensorInfo };
  const filterShape = attrs.filterShape as number[];
  if (!areFloat(false, x, dy)) return undefined;
  const info = infoOf(attrs, x.shape, filterShape);
  if (info === undefined || sizeOf(info.outShape) !== sizeOf(dy.shape)) return undefined;
  const { arena, commands } = backend;
  const [blockX, blockDy] = [backend.blockOf(x), backend.blockOf(dy)];
  const out = backend.output(filterShape);
  const to = backend.blockOf(out);
  const cost = multiplyAdds(info);
  const rows = info.batchSize * info.outHeight;
  const parts = Math.max(1, Math.min(32, rows, Math.floor(cost / 65536)));
  const size = sizeOf(filterShape);
  const partial = parts === 1 ? to : arena.take(parts * size * 4);
  withRepeatedChannels(backend, info, blockX, (from) => {
    commands.send(Op.depthwiseDw, parts, [from, blockDy, partial, parts, ...geometry(info)]);
  });
  if (parts === 1) return out;
  sendReduce(backend, Fold.sum, partial, to, { outer: 1, reduced: parts, inner: size }, 1);
  arena.release(partial, parts * size * 4, commands.head);
  return out;
};

export const DEPTHWISE_KERNELS: readonly (readonly [string, Kernel])[] = [
  ['DepthwiseConv2dNative', depthwise],
  ['FusedDepthwiseConv2D', depthwise],
  ['DepthwiseConv2dNativeBackpropInput', depthwiseBackpropInput],
  ['DepthwiseConv2dNativeBackpropFilter', depthwiseBackpropFilter],
];
