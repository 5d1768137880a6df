import { broadcast_util, type TensorInfo } from '@tensorflow/tfjs-core';
import type { CnnkitBackend } from '../backend.js';
import { DeferredLinear, type LinearKind } from '../deferred.js';
import { Activation, Binary, Op, Unary } from '../opcodes.js';
import { sendBinary } from './binary.js';
import { areFloat, chunksFor, type Kernel, sizeOf } from './kernel.js';

/** Activations that the kernels apply themselves; the others follow as a kernel of their own. */
export const FUSED_ACTIVATIONS: Readonly<Record<string, number>> = {
  linear: Activation.linear,
  relu: Activation.relu,
  relu6: Activation.relu6,
  sigmoid: Activation.sigmoid,
};

/** Applies an activation that no kernel fuses, in place of the float32 tensor `out`. */
export function activateInPlace(
  backend: CnnkitBackend,
  out: TensorInfo,
  activation: string,
  alpha: number,
): boolean {
  const op = { elu: Unary.elu, leakyrelu: Unary.leakyRelu, tanh: Unary.tanh }[activation];
  if (op === undefined) return false;
  const block = backend.blockOf(out);
  const n = sizeOf(out.shape);
  backend.commands.send(Op.unary, chunksFor(n >> 10, n), [block, block, n, op], [alpha, 0]);
  return true;
}

/** Sends a transposition of `count` matrices [rows, columns]. */
export function sendTranspose(
  backend: CnnkitBackend,
  from: number,
  to: number,
  count: number,
  rows: number,
  columns: number,
): void {
  const chunks = chunksFor(count * Math.ceil(columns / 16), count * rows * columns);
  backend.commands.send(Op.transpose, chunks, [from, to, count, rows, columns]);
}

export interface MatmulShape {
  readonly batch: number;
  readonly m: number;
  readonly n: number;
  readonly k: number;
  /** Floats from one matrix to the next; 0 repeats it. */
  readonly strideA: number;
  readonly strideB: number;
}

/** Sends a[m, k] . b[k, n] (or b[n, k] `transposed`), with bias and activation if given. */
export function sendMatmul(
  backend: CnnkitBackend,
  a: number,
  b: number,
  bias: number,
  out: number,
  { batch, m, n, k, strideA, strideB }: MatmulShape,
  activation: number = Activation.linear,
  transposed = false,
): void {
  // Wide products share packed panels among many rows, of 64 columns, the widest register tile, where there are enough of
  // them: that takes a tenth off a step's products. Narrow ones are cut by rows alone.
  const wide = transposed || n >= 32;
  const rows = wide ? 64 : 16;
  const slabs = wide ? Math.min(16, Math.ceil(n / (n < 256 ? 16 : 64))) : 1;
  const chunks = chunksFor(batch * Math.ceil(m / rows) * slabs, batch * m * n * k);
  const ints = [
    a,
    b,
    bias,
    out,
    batch,
    m,
    n,
    k,
    strideA,
    strideB,
    activation,
    rows,
    slabs,
    transposed ? 1 : 0,
  ];
  backend.commands.send(Op.matmul, chunks, ints);
}

const matmul: Kernel = ({ inputs, attrs, backend }) => {
  const { a, b, bias, preluActivationWeights } = inputs as Record<string, TensorInfo | undefined>;
  const {
    transposeA = false,
    transposeB = false,
    leakyreluAlpha = 0,
  } = attrs as {
    transposeA?: boolean;
    transposeB?: boolean;
    leakyreluAlpha?: number;
  };
  const activation = (attrs.activation as string | undefined) ?? 'linear';
  if (a === undefined || b === undefined) return undefined;
  const integer = a.dtype === 'int32' && b.dtype === 'int32' && bias === undefined;
  if (!integer && !areFloat(false, a, b, bias, preluActivationWeights)) return undefined;
  const [shapeA, shapeB] = [a.shape, b.shape];
  const [m, k] = lastTwo(shapeA, transposeA);
  const [kb, n] = lastTwo(shapeB, transposeB);
  if (k !== kb) return undefined; // tfjs's kernel has the message
  const outerA = shapeA.slice(0, -2);
  const outerB = shapeB.slice(0, -2);
  const [batchA, batchB] = [sizeOf(outerA), sizeOf(outerB)];
  if (batchA !== batchB && batchA !== 1 && batchB !== 1) return undefined;
  if (sizeOf(shapeA) === 0 || sizeOf(shapeB) === 0) return undefined;
  const fused = FUSED_ACTIVATIONS[activation];
  const plainBias = bias === undefined || (sizeOf(bias.shape) === n && bias.shape.at(-1) === n);
  if (!plainBias || (fused === undefined && !['elu', 'leakyrelu', 'prelu'].includes(activation)))
    return undefined;

  const batch = Math.max(batchA, batchB);
  const outShape = [...broadcast_util.assertAndGetBroadcastShape(outerA, outerB), m, n];
  const shape = {
    batch,
    m,
    n,
    k,
    strideA: batchA === 1 ? 0 : m * k,
    strideB: batchB === 1 ? 0 : k * n,
  };
  if (integer) {
    if (fused !== Activation.linear) return undefined;
    const from = [backend.blockOf(a), backend.blockOf(b)];
    const out = backend.output(outShape, 'int32');
    const flags = [Number(transposeA), Number(transposeB)];
    backend.commands.send(Op.matmulInt, chunksFor(batch * m, batch * m * n * k), [
      ...[...from, backend.blockOf(out), batch, m, n, k, shape.strideA, shape.strideB],
      ...flags,
    ]);
    return out;
  }
  if (!transposeA && !transposeB && batch === 1 && fused !== undefined) {
    const kind = {
      columns: n,
      info: undefined,
      send: (...[[left, right], add, out, act]: Parameters<LinearKind['send']>) =>
        sendMatmul(
          backend,
          left.block(),
          right.block(),
          add === undefined ? 0 : add.block(),
          out,
          shape,
          act,
        ),
    };
    const operands = [backend.storageOf(a), backend.storageOf(b)] as const;
    const added = bias === undefined ? undefined : backend.storageOf(bias);
    return backend.deferredOutput(outShape, new DeferredLinear(kind, operands, added, fused));
  }
  let blockA = backend.blockOf(a);
  const blockB = backend.blockOf(b);
  const blockBias = bias === undefined ? 0 : backend.blockOf(bias);
  const out = backend.output(outShape);
  const to = backend.blockOf(out);
  const { arena, commands } = backend;
  const temporary: [block: number, bytes: number][] = [];
  const transposed = (block: number, count: number, rows: number, columns: number) => {
    const bytes = count * rows * columns * 4;
    const copy = arena.take(bytes);
    temporary.push([copy, bytes]);
    sendTranspose(backend, block, copy, count, rows, columns);
    return copy;
  };
  if (transposeA && !transposeB && blockBias === 0 && fused === Activation.linear) {
    const chunks = chunksFor(batch * Math.ceil(m / 64), batch * m * n * k);
    const { strideA, strideB } = shape;
    commands.send(Op.matmulTn, chunks, [blockA, blockB, to, batch, m, n, k, strideA, strideB]);
  } else {
    if (transposeA) blockA = transposed(blockA, batchA, k, m);
    sendMatmul(backend, blockA, blockB, blockBias, to, shape, fused, transposeB);
  }
  for (const [block, bytes] of temporary) arena.release(block, bytes, commands.head);
  return finishActivation(backend, out, activation, leakyreluAlpha, preluActivationWeights);
};

/** What follows a fused kernel whose activation is not in its epilogue. */
export function finishActivation(
  backend: CnnkitBackend,
  out: TensorInfo,
  activation: string,
  alpha: number,
  weights: TensorInfo | undefined,
): TensorInfo | undefined {
  if (activation === 'prelu' && weights !== undefined) {
    const result = sendBinary(backend, Binary.prelu, out, weights, 'float32');
    backend.disposeData(out.dataId);
    return result;
  }
  activateInPlace(backend, out, activation, alpha);
  return out;
}

function lastTwo(shape: readonly number[], transposed: boolean): [number, number] {
  const [rows, columns] = [shape.at(-2)!, shape.at(-1)!];
  return transposed ? [columns, rows] : [rows, columns];
}

export const MATMUL_KERNELS: readonly (readonly [string, Kernel])[] = [
  ['BatchMatMul', matmul],
  ['_FusedMatMul', matmul],
];
