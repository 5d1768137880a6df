import { backend_util, type TensorInfo } from '@tensorflow/tfjs-core';
import { Op } from '../opcodes.js';
import { areFloat, chunksFor, type Kernel, type KernelArgs, sizeOf } from './kernel.js';
import { isPlain, sendCopy, sendFill } from './move.js';

// What is taken from places, or put to places, that are values themselves.

/**
 * Whether an index that JavaScript has at hand leads outside: tfjs's kernel has the message. Of one that it
 * has not, nobody waits for the values to see; it reads zeros and writes nothing.
 */
function leadsOutside(
  backend: KernelArgs['backend'],
  indices: TensorInfo,
  strides: readonly number[],
  limit: number,
): boolean {
  const known = backend.storageOf(indices).hostValues;
  if (known === undefined) return false;
  const width = strides.length;
  for (let i = 0; i < known.length; i += width) {
    const place = strides.reduce((sum, stride, d) => sum + known[i + d]! * stride, 0);
    if (place < 0 || place >= limit) return true;
  }
  return false;
}

/** Numbers of an index that a command has room for. */
const WIDEST = 12;

const gatherNd: Kernel = ({ inputs, backend }) => {
  const { params, indices } = inputs as { params: TensorInfo; indices: TensorInfo };
  if (!isPlain(params) || indices.dtype !== 'int32') return undefined;
  const [outShape, n, row, strides] = backend_util.prepareAndValidate(
    params as never,
    indices as never,
  );
  const width = indices.shape.at(-1)!;
  const own = strides.slice(0, width);
  if (n * row === 0 || width === 0 || width > WIDEST || sizeOf(params.shape) === 0)
    return undefined;
  const limit = sizeOf(params.shape) / row;
  if (leadsOutside(backend, indices, own, limit)) return undefined;
  const from = [backend.blockOf(params), backend.blockOf(indices)];
  const out = backend.output(outShape, params.dtype);
  const ints = [...from, backend.blockOf(out), n, width, row, limit, ...own];
  backend.commands.send(Op.gatherNd, chunksFor(n, n * row), ints);
  return out;
};

interface Scatter {
  readonly indices: TensorInfo;
  readonly updates: TensorInfo;
  readonly shape: number[];
  /** What is there before: a tensor of that shape, or of one value; zeros if there is none. */
  readonly base?: TensorInfo | undefined;
  readonly add: boolean;
}

function scatter(
  backend: KernelArgs['backend'],
  { indices, updates, shape, base, add }: Scatter,
): TensorInfo | undefined {
  const takes =
    updates.dtype === 'float32' || updates.dtype === 'int32' || (!add && isPlain(updates));
  if (!takes || indices.dtype !== 'int32') return undefined;
  if (base !== undefined && base.dtype !== updates.dtype) return undefined;
  const { sliceRank, numUpdates, sliceSize, strides, outputSize } = backend_util.calculateShapes(
    updates as never,
    indices as never,
    shape,
  );
  if (outputSize === 0 || sizeOf(indices.shape) === 0 || sliceRank > WIDEST) return undefined;
  const limit = outputSize / sliceSize;
  const own = strides.slice(0, sliceRank);
  if (leadsOutside(backend, indices, own, limit)) return undefined;
  const from = [indices, updates].map((t) => backend.blockOf(t));
  const before = base === undefined ? 0 : backend.blockOf(base);
  const out = backend.output(shape, updates.dtype);
  const flags = [
    add,
    updates.dtype === 'int32',
    base?.shape.length !== 0,
    updates.shape.length === 0,
  ];
  const bits = flags.reduce((sum, flag, i) => sum + (flag ? 1 << i : 0), 0);
  backend.commands.send(
    Op.scatterNd,
    chunksFor(Math.ceil(sliceSize / 64), outputSize + numUpdates * sliceSize),
    [
      ...[...from, before, backend.blockOf(out), numUpdates, sliceRank, sliceSize, limit, bits],
      ...own,
    ],
  );
  return out;
}

const scatterNd: Kernel = ({ inputs, attrs, backend }) => {
  const { indices, updates } = inputs as { indices: TensorInfo; updates: TensorInfo };
  return scatter(backend, { indices, updates, shape: attrs.shape as number[], add: true });
};

const sparseToDense: Kernel = ({ inputs, attrs, backend }) => {
  const { sparseIndices, sparseValues, defaultValue } = inputs as Record<
    'sparseIndices' | 'sparseValues' | 'defaultValue',
    TensorInfo
  >;
  const shape = attrs.outputShape as number[];
  const [indices, updates] = [sparseIndices, sparseValues];
  return scatter(backend, { indices, updates, shape, base: defaultValue, add: false });
};

const tensorScatterUpdate: Kernel = ({ inputs, backend }) => {
  const { tensor, indices, updates } = inputs as Record<
    'tensor' | 'indices' | 'updates',
    TensorInfo
  >;
  if (tensor.shape.length === 0) return undefined;
  return scatter(backend, { indices, updates, shape: tensor.shape, base: tensor, add: false });
};

const cropAndResize: Kernel = ({ inputs, attrs, backend }) => {
  const { image, boxes, boxInd } = inputs as Record<'image' | 'boxes' | 'boxInd', TensorInfo>;
  const { cropSize, method, extrapolationValue } = attrs as {
    cropSize: [number, number];
    method: 'bilinear' | 'nearest';
    extrapolationValue: number;
  };
  if (!areFloat(false, image, boxes) || boxInd.dtype !== 'int32') return undefined;
  const [n, channels] = [boxes.shape[0]!, image.shape[3]!];
  const outShape = [n, ...cropSize, channels];
  if (sizeOf(outShape) === 0 || sizeOf(image.shape) === 0) return undefined;
  const from = [image, boxes, boxInd].map((t) => backend.blockOf(t));
  const out = backend.output(outShape);
  backend.commands.send(
    Op.cropAndResize,
    chunksFor(n * cropSize[0], sizeOf(outShape) * 8),
    [...from, backend.blockOf(out), n, ...image.shape, ...cropSize, Number(method === 'nearest')],
    [extrapolationValue],
  );
  return out;
};

/**
 * Where each pixel comes from is the same in all images and channels, so it is told in JavaScript, by
 * tfjs's arithmetic; what comes from outside comes from a pixel of the fill value that every image gets.
 */
const rotate: Kernel = ({ inputs, attrs, backend }) => {
  const image = inputs.image!;
  const { radians, fillValue, center } = attrs as {
    radians: number;
    fillValue: number | [number, number, number];
    center: number | [number, number];
  };
  const [batch, height, width, channels] = image.shape as [number, number, number, number];
  const fills = typeof fillValue === 'number' ? undefined : [...fillValue, 255];
  if (!isPlain(image) || image.dtype === 'bool' || sizeOf(image.shape) === 0) return undefined;
  if (fills !== undefined && channels > fills.length) return undefined;
  const pixels = height * width;
  const [centerX, centerY] = backend_util.getImageCenter(center, height, width);
  const [sin, cos] = [Math.sin(radians), Math.cos(radians)];
  const places = new Int32Array(pixels);
  for (let y = 0, at = 0; y < height; y++)
    for (let x = 0; x < width; x++, at++) {
      const column = Math.round((x - centerX) * cos - (y - centerY) * sin + centerX);
      const row = Math.round((x - centerX) * sin + (y - centerY) * cos + centerY);
      const inside = column >= 0 && column < width && row >= 0 && row < height;
      places[at] = inside ? row * width + column : pixels;
    }
  const { arena, commands } = backend;
  const index = backend.makeTensorInfo([pixels], 'int32', places);
  const [from, at] = [backend.blockOf(image), backend.blockOf(index)];
  const out = backend.output(image.shape, image.dtype);
  const row = (pixels + 1) * channels;
  const bytes = batch * row * 4;
  const padded = arena.take(bytes);
  const size = pixels * channels;
  sendCopy(backend, from, padded, { shape: [batch, size], from: [size, 1], to: [row, 1] });
  for (let i = 0; i < batch; i++)
    for (let c = 0; c < (fills === undefined ? 1 : channels); c++) {
      const pixel = padded + (i * row + size + c) * 4;
      const fill = fills?.[c] ?? (fillValue as number);
      sendFill(backend, pixel, fills === undefined ? channels : 1, fill, image.dtype);
    }
  commands.send(Op.gather, chunksFor(batch * pixels, batch * size), [
    ...[padded, at, backend.blockOf(out), batch, pixels, channels, pixels + 1],
  ]);
  arena.release(padded, bytes, commands.head);
  backend.disposeData(index.dataId);
  return out;
};

export const GATHER_ND_KERNELS: readonly (readonly [string, Kernel])[] = [
  ['GatherNd', gatherNd],
  ['ScatterNd', scatterNd],
  ['SparseToDense', sparseToDense],
  ['TensorScatterUpdate', tensorScatterUpdate],
  ['CropAndResize', cropAndResize],
  ['RotateWithOffset', rotate],
];
