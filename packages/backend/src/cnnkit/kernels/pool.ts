import { backend_util, type TensorInfo } from '@tensorflow/tfjs-core';
import type { CnnkitBackend } from '../backend.js';
import { deferUnpool, isPlainPool, poolableConvolution, sumDirectly } from '../deferred.js';
import { Op } from '../opcodes.js';
import { Storage } from '../storage.js';
import { geometryOf } from './geometry.js';
import { areFloat, chunksFor, type Kernel, type KernelArgs, sameShape, sizeOf } from './kernel.js';
import { sendConv2DPool } from './send-convolution.js';

type Conv2DInfo = backend_util.Conv2DInfo;

/** A pool's shape; undefined where nothing is left to compute or tfjs should say what is wrong. */
export function poolInfo(
  attrs: KernelArgs['attrs'],
  shape: readonly number[],
): Conv2DInfo | undefined {
  const { filterSize, strides, pad, dimRoundingMode } = attrs as {
    filterSize: number | [number, number];
    strides: number | [number, number];
    pad: 'valid' | 'same' | number | backend_util.ExplicitPadding;
    dimRoundingMode?: 'floor' | 'round' | 'ceil';
  };
  if (shape.length !== 4) return undefined;
  const inShape = shape as [number, number, number, number];
  const info = backend_util.computePool2DInfo(
    inShape,
    filterSize,
    strides,
    1,
    pad,
    dimRoundingMode,
  );
  return info.outHeight <= 0 || info.outWidth <= 0 || sizeOf(shape) === 0 ? undefined : info;
}

function pool(op: number): Kernel {
  return ({ inputs, attrs, backend }) => {
    const { x } = inputs as { x: TensorInfo };
    const info = poolInfo(attrs, x.shape);
    if (info === undefined || x.dtype !== 'float32') return undefined;
    if (info.filterHeight * info.filterWidth === 1 && sameShape(info.inShape, info.outShape)) {
      // As on tfjs cpu, which hands NaN on here, where a maximum would drop it.
      backend.incRef(x.dataId);
      return { dataId: x.dataId, shape: x.shape, dtype: x.dtype };
    }
    const along = op === Op.maxPool ? poolAlong(backend, x, info) : undefined;
    if (along !== undefined) return along;
    if (op === Op.maxPool) sumDirectly(backend.storageOf(x));
    const from = backend.blockOf(x);
    const out = backend.output(info.outShape);
    const cost = sizeOf(info.outShape) * info.filterHeight * info.filterWidth;
    const chunks = chunksFor(info.batchSize * info.outHeight, cost);
    backend.commands.send(op, chunks, [from, backend.blockOf(out), ...geometryOf(info)]);
    return out;
  };
}

/** Computes the convolution and relu that `x` waits for together with its pool. */
function poolAlong(
  backend: CnnkitBackend,
  x: TensorInfo,
  pool: Conv2DInfo,
): TensorInfo | undefined {
  const conv = poolableConvolution(backend.storageOf(x));
  if (conv === undefined || !isPlainPool(pool)) return undefined;
  const { kind, bias } = conv;
  const [input, filter] = conv.operands;
  const out = backend.output(pool.outShape);
  const winners = Storage.allocate(backend, 'float32', Math.ceil(sizeOf(pool.outShape) / 4));
  const blockBias = bias === undefined ? 0 : bias.block();
  sendConv2DPool(
    backend,
    kind.info,
    [input, filter],
    blockBias,
    backend.blockOf(out),
    winners.block(),
    conv.learned,
  );
  conv.winners?.release();
  conv.winners = winners;
  return out;
}

function poolGrad(op: number): Kernel {
  return ({ inputs, attrs, backend }) => {
    const { dy, input } = inputs as { dy: TensorInfo; input: TensorInfo };
    const info = poolInfo(attrs, input.shape);
    if (info === undefined || !areFloat(false, dy, input)) return undefined;
    const deferred = op === Op.maxPoolGrad ? deferUnpool(backend, dy, input, info) : undefined;
    if (deferred !== undefined) return deferred;
    const from = [backend.blockOf(dy), op === Op.maxPoolGrad ? backend.blockOf(input) : 0];
    const out = backend.output(input.shape);
    const cost = sizeOf(info.outShape) * info.filterHeight * info.filterWidth * 2;
    const chunks = chunksFor(info.batchSize * Math.ceil(info.inChannels / 64), cost);
    backend.commands.send(op, chunks, [...from, backend.blockOf(out), ...geometryOf(info)]);
    return out;
  };
}

export const POOL_KERNELS: readonly (readonly [string, Kernel])[] = [
  ['MaxPool', pool(Op.maxPool)],
  ['AvgPool', pool(Op.avgPool)],
  ['MaxPoolGrad', poolGrad(Op.maxPoolGrad)],
  ['AvgPoolGrad', poolGrad(Op.avgPoolGrad)],
];
