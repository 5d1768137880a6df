import { backend_util, slice_util, type TensorInfo, util } from '@tensorflow/tfjs-core';
import { type Kernel, sizeOf } from './kernel.js';
import {
  concat,
  copied,
  isPlain,
  pad,
  reverse,
  sendCopy,
  slice,
  stridesOf,
  transpose,
} from './move.js';

// What is made of strided copies, or of a few other kernels that are.

const pack: Kernel = (args) => {
  const tensors = args.inputs as unknown as TensorInfo[];
  const axis = args.attrs.axis as number;
  const [first] = tensors;
  const alike = (t: TensorInfo) =>
    t.dtype === first!.dtype && util.arraysEqual(t.shape, first!.shape);
  if (!tensors.every(alike)) return undefined; // tfjs's kernel has the message
  const at = axis < 0 ? axis + first!.shape.length + 1 : axis;
  const inputs = tensors.map((t) => ({
    ...{ dataId: t.dataId, dtype: t.dtype },
    shape: [...t.shape.slice(0, at), 1, ...t.shape.slice(at)],
  }));
  return concat({ ...args, inputs: inputs as never, attrs: { axis: at } });
};

/** Slices of `sizes` along an axis, one after the other. */
function slices(
  args: Parameters<Kernel>[0],
  x: TensorInfo,
  axis: number,
  sizes: readonly number[],
): TensorInfo[] | undefined {
  if (!isPlain(x)) return undefined;
  let at = 0;
  return sizes.map((length) => {
    const begin = x.shape.map((_, i) => (i === axis ? at : 0));
    const size = x.shape.map((whole, i) => (i === axis ? length : whole));
    at += length;
    return slice({ ...args, inputs: { x }, attrs: { begin, size } }) as TensorInfo;
  });
}

const splitV: Kernel = (args) => {
  const x = args.inputs.x!;
  const { numOrSizeSplits, axis } = args.attrs as {
    numOrSizeSplits: number | number[];
    axis: number;
  };
  const along = util.parseAxisParam(axis, x.shape)[0]!;
  const sizes = backend_util.prepareSplitSize(x as never, numOrSizeSplits, along);
  return slices(args, x, along, sizes);
};

const unpack: Kernel = (args) => {
  const x = args.inputs.value!;
  const along = util.parseAxisParam(args.attrs.axis as number, x.shape)[0]!;
  const shape = x.shape.filter((_, i) => i !== along);
  const parts = slices(args, x, along, new Array(x.shape[along]!).fill(1));
  return parts?.map(({ dataId, dtype }) => ({ dataId, shape, dtype }));
};

const stridedSlice = copied((x, attrs) => {
  const info = slice_util.sliceInfo(
    ...([x.shape, attrs.begin, attrs.end, attrs.strides, attrs.beginMask, attrs.endMask] as [
      number[],
      number[],
      number[],
      number[],
      number,
      number,
    ]),
    ...([attrs.ellipsisMask, attrs.newAxisMask, attrs.shrinkAxisMask] as [number, number, number]),
  );
  const { begin, end, strides, finalShape } = info;
  // A slice that ends before it begins is empty.
  const shape = slice_util.computeOutShape(begin, end, strides).map((size) => Math.max(0, size));
  const own = stridesOf(x.shape);
  const from = own.map((stride, i) => stride * strides[i]!);
  const fromOffset = begin.reduce((sum, at, i) => sum + at * own[i]!, 0);
  return { outShape: finalShape, copy: { shape, from, to: stridesOf(shape), fromOffset } };
});

const depthToSpace = copied((x, attrs) => {
  const { blockSize: side, dataFormat } = attrs as { blockSize: number; dataFormat: string };
  if (dataFormat !== 'NHWC') return undefined;
  const [batch, height, width, channels] = x.shape as [number, number, number, number];
  const depth = channels / side ** 2;
  const from = stridesOf([batch, height, width, side, side, depth]);
  const shape = [batch, height, side, width, side, depth];
  return {
    outShape: [batch, height * side, width * side, depth],
    copy: { shape, from: [0, 1, 3, 2, 4, 5].map((i) => from[i]!), to: stridesOf(shape) },
  };
});

/**
 * The middle first, then along each axis the two rims, mirrored from what is there already.
 */
const mirrorPad: Kernel = ({ inputs, attrs, backend }) => {
  const x = inputs.x!;
  const { paddings, mode } = attrs as { paddings: [number, number][]; mode: string };
  if (!isPlain(x) || sizeOf(x.shape) === 0) return undefined;
  const edge = mode === 'reflect' ? 1 : 0;
  const outShape = x.shape.map((size, i) => size + paddings[i]![0] + paddings[i]![1]);
  const strides = stridesOf(outShape);
  const from = backend.blockOf(x);
  const out = backend.output(outShape, x.dtype);
  const block = backend.blockOf(out);
  const offsetOf = (at: readonly number[]) => at.reduce((sum, n, i) => sum + n * strides[i]!, 0);
  const begin = paddings.map(([before]) => before);
  const middle = { shape: x.shape, from: stridesOf(x.shape), to: strides };
  let sent = sendCopy(backend, from, block, { ...middle, toOffset: offsetOf(begin) });
  const shape = [...x.shape];
  outShape.forEach((whole, axis) => {
    const [before, after] = paddings[axis]!;
    const mirrored = strides.map((stride, i) => (i === axis ? -stride : stride));
    const place = (at: number) => offsetOf(begin.map((n, i) => (i === axis ? at : n)));
    const rim = (length: number, source: number, target: number) => {
      if (length === 0) return;
      shape[axis] = length;
      const copy = { shape, from: mirrored, to: strides };
      const offsets = { fromOffset: place(source), toOffset: place(target) };
      sent = sendCopy(backend, block, block, { ...copy, ...offsets }) && sent;
    };
    const end = before + x.shape[axis]!;
    rim(before, 2 * before - 1 + edge, 0);
    rim(after, end - 1 - edge, end);
    shape[axis] = whole;
    begin[axis] = 0;
  });
  if (sent) return out;
  backend.disposeData(out.dataId);
  return undefined;
};

/** `x` with its axes permuted after it was seen in another shape. */
function permuted(
  args: Parameters<Kernel>[0],
  x: TensorInfo,
  shape: number[],
  perm: number[],
): TensorInfo | undefined {
  const seen = { dataId: x.dataId, shape, dtype: x.dtype };
  return transpose({ ...args, inputs: { x: seen }, attrs: { perm } }) as TensorInfo | undefined;
}

const spaceToBatch: Kernel = (args) => {
  const { inputs, attrs, backend } = args;
  const x = inputs.x!;
  const { blockShape, paddings } = attrs as {
    blockShape: number[];
    paddings: [number, number][];
  };
  const count = sizeOf(blockShape);
  const all = x.shape.map((_, i) => paddings[i - 1] ?? [0, 0]);
  const padded = pad({ ...args, attrs: { paddings: all, constantValue: 0 } }) as
    | TensorInfo
    | undefined;
  if (padded === undefined) return undefined;
  const { getReshaped, getPermuted, getReshapedPermuted } = backend_util;
  const seen = getReshaped(padded.shape, blockShape, count, false);
  const out = permuted(args, padded, seen, getPermuted(seen.length, blockShape.length, false));
  backend.disposeData(padded.dataId);
  const shape = getReshapedPermuted(padded.shape, blockShape, count, false);
  return out && { dataId: out.dataId, shape, dtype: out.dtype };
};

const batchToSpace: Kernel = (args) => {
  const { inputs, attrs, backend } = args;
  const x = inputs.x!;
  const { blockShape, crops } = attrs as { blockShape: number[]; crops: [number, number][] };
  const count = sizeOf(blockShape);
  const { getReshaped, getPermuted, getReshapedPermuted } = backend_util;
  const seen = getReshaped(x.shape, blockShape, count);
  if (sizeOf(x.shape) === 0) return undefined;
  const whole = permuted(args, x, seen, getPermuted(seen.length, blockShape.length));
  if (whole === undefined) return undefined;
  const shape = getReshapedPermuted(x.shape, blockShape, count);
  const begin = backend_util.getSliceBeginCoords(crops, blockShape.length);
  const size = backend_util.getSliceSize(shape, crops, blockShape.length);
  const seenWhole = { dataId: whole.dataId, shape, dtype: whole.dtype };
  const out = slice({ ...args, inputs: { x: seenWhole }, attrs: { begin, size } });
  backend.disposeData(whole.dataId);
  return out;
};

const flipLeftRight: Kernel = (args) =>
  reverse({ ...args, inputs: { x: args.inputs.image! }, attrs: { dims: [2] } });

export const REARRANGE_KERNELS: readonly (readonly [string, Kernel])[] = [
  ['Pack', pack],
  ['SplitV', splitV],
  ['Unpack', unpack],
  ['StridedSlice', stridedSlice],
  ['DepthToSpace', depthToSpace],
  ['MirrorPad', mirrorPad],
  ['SpaceToBatchND', spaceToBatch],
  ['BatchToSpaceND', batchToSpace],
  ['FlipLeftRight', flipLeftRight],
];
