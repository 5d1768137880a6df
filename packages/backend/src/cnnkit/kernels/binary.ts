import { backend_util, type TensorInfo } from '@tensorflow/tfjs-core';
import type { CnnkitBackend } from '../backend.js';
import { fuseBias, fuseGate, fuseSum } from '../deferred.js';
import { deferGate } from '../deferred-gate.js';
import { Binary, Op } from '../opcodes.js';
import { chunksFor, type Kernel, sameShape, sizeOf } from './kernel.js';

/** Two shapes folded for `binary.c`: three outer dimensions with strides, and an inner row. */
export interface Broadcast {
  readonly outShape: readonly number[];
  /** n, stepA, stepB, d0, d1, d2, strides of a, strides of b. */
  readonly ints: readonly number[];
}

/**
 * Folds neighbouring dimensions that broadcast alike.
 *
 * @returns undefined if more than four dimensions remain.
 */
export function foldBroadcast(a: readonly number[], b: readonly number[]): Broadcast | undefined {
  if (sameShape(a, b)) {
    return { outShape: a, ints: [sizeOf(a), 1, 1, 1, 1, 1, 0, 0, 0, 0, 0, 0] };
  }
  const outShape = backend_util.assertAndGetBroadcastShape(a as number[], b as number[]);
  const rank = outShape.length;
  // Innermost first: size, and whether a and b really have it.
  const folded: { size: number; a: boolean; b: boolean }[] = [];
  for (let i = rank - 1; i >= 0; i--) {
    const size = outShape[i]!;
    if (size === 1) continue;
    const inA = (a[i - rank + a.length] ?? 1) !== 1;
    const inB = (b[i - rank + b.length] ?? 1) !== 1;
    const last = folded.at(-1);
    if (last !== undefined && last.a === inA && last.b === inB) last.size *= size;
    else folded.push({ size, a: inA, b: inB });
  }
  if (folded.length > 4) return undefined;
  while (folded.length < 4) folded.push({ size: 1, a: false, b: false });
  const strides = (side: 'a' | 'b') => {
    let stride = 1;
    const all = folded.map((d) => {
      if (!d[side]) return 0;
      const own = stride;
      stride *= d.size;
      return own;
    });
    return [all[3]!, all[2]!, all[1]!];
  };
  const [row, d2, d1, d0] = folded as [Fold, Fold, Fold, Fold];
  return {
    outShape,
    ints: [
      ...[row.size, row.a ? 1 : 0, row.b ? 1 : 0, d0.size, d1.size, d2.size],
      ...strides('a'),
      ...strides('b'),
    ],
  };
}
type Fold = { size: number; a: boolean; b: boolean };

/** Sends one `binary` command. */
export function sendBinary(
  backend: CnnkitBackend,
  op: number,
  a: TensorInfo,
  b: TensorInfo,
  dtype: 'float32' | 'int32' | 'bool',
): TensorInfo | undefined {
  const fold = foldBroadcast(a.shape, b.shape);
  if (fold === undefined) return undefined;
  const from = [backend.blockOf(a), backend.blockOf(b)] as const;
  const out = backend.output(fold.outShape, dtype);
  const n = sizeOf(fold.outShape);
  if (n === 0) return out;
  const rows = n / fold.ints[0]!;
  const chunks = chunksFor(rows === 1 ? n >> 10 : rows, n);
  backend.commands.send(Op.binary, chunks, [...from, backend.blockOf(out), op, ...fold.ints]);
  return out;
}

/** Arithmetic on float32, and on int32 where `int` names the wrapping form. */
function arithmetic(op: number, int?: number): Kernel {
  return ({ inputs, backend }) => {
    const a = inputs.a!;
    const b = inputs.b!;
    if (a.dtype === 'float32' && b.dtype === 'float32')
      return sendBinary(backend, op, a, b, 'float32');
    if (int === undefined || a.dtype !== 'int32' || b.dtype !== 'int32') return undefined;
    return sendBinary(backend, int, a, b, 'int32');
  };
}

const plainAdd = arithmetic(Binary.add, Binary.intAdd);
const add: Kernel = (args) => {
  const { a, b } = args.inputs as { a: TensorInfo; b: TensorInfo };
  if (a.dtype !== 'float32' || b.dtype !== 'float32') return plainAdd(args);
  return fuseBias(args.backend, a, b) ?? fuseSum(args.backend, a, b) ?? plainAdd(args);
};

const plainMultiply = arithmetic(Binary.mul, Binary.intMul);
const multiply: Kernel = (args) => {
  const { a, b } = args.inputs as { a: TensorInfo; b: TensorInfo };
  if (a.dtype !== 'float32' || b.dtype !== 'float32') return plainMultiply(args);
  const fused = fuseGate(args.backend, a, b);
  if (fused === undefined) return plainMultiply(args);
  if ('dataId' in fused) return fused;
  return deferGate(args.backend, a, fused.of);
};

/** A comparison: float32 or bool against the same, or int32 against int32. */
function comparison(op: number, int: number): Kernel {
  return ({ inputs, backend }) => {
    const a = inputs.a!;
    const b = inputs.b!;
    if (a.dtype !== b.dtype) return undefined;
    if (a.dtype === 'int32') return sendBinary(backend, int, a, b, 'bool');
    if (a.dtype === 'float32' || a.dtype === 'bool') return sendBinary(backend, op, a, b, 'bool');
    return undefined;
  };
}

function logical(op: number): Kernel {
  return ({ inputs, backend }) => {
    const a = inputs.a!;
    const b = inputs.b!;
    if (a.dtype !== 'bool' || b.dtype !== 'bool') return undefined;
    return sendBinary(backend, op, a, b, 'bool');
  };
}

const prelu: Kernel = ({ inputs, backend }) => {
  const x = inputs.x!;
  const alpha = inputs.alpha!;
  if (x.dtype !== 'float32' || alpha.dtype !== 'float32') return undefined;
  return sendBinary(backend, Binary.prelu, x, alpha, 'float32');
};

const eluGrad: Kernel = ({ inputs, backend }) => {
  const { dy, y } = inputs as { dy: TensorInfo; y: TensorInfo };
  if (dy.dtype !== 'float32' || y.dtype !== 'float32') return undefined;
  return sendBinary(backend, Binary.eluGrad, dy, y, 'float32');
};

/** Squares and cubes, which are most of what is asked for, are products. */
const pow: Kernel = ({ inputs, backend }) => {
  const { a, b } = inputs as { a: TensorInfo; b: TensorInfo };
  if (a.dtype !== 'float32' || b.dtype !== 'float32') return undefined;
  const exponent = sizeOf(b.shape) === 1 ? backend.storageOf(b).hostValues?.[0] : undefined;
  if ((exponent !== 2 && exponent !== 3) || b.shape.length > a.shape.length)
    return sendBinary(backend, Binary.pow, a, b, 'float32');
  const square = sendBinary(backend, Binary.mul, a, a, 'float32');
  if (exponent === 2 || square === undefined) return square;
  const cube = sendBinary(backend, Binary.mul, square, a, 'float32');
  backend.disposeData(square.dataId);
  return cube;
};

const floorDiv: Kernel = ({ inputs, backend }) => {
  const { a, b } = inputs as { a: TensorInfo; b: TensorInfo };
  if (a.dtype !== 'int32' || b.dtype !== 'int32') return undefined;
  return sendBinary(backend, Binary.intFloorDiv, a, b, 'int32');
};

const addN: Kernel = ({ inputs, backend }) => {
  const tensors = inputs as unknown as TensorInfo[];
  const [first, second, ...rest] = tensors as [TensorInfo, TensorInfo | undefined, ...TensorInfo[]];
  if (second === undefined || tensors.some((t) => t.dtype !== 'float32')) return undefined;
  const out = sendBinary(backend, Binary.add, first, second, 'float32');
  if (out === undefined) return undefined;
  // In place: the sum so far is nobody else's yet.
  const to = backend.blockOf(out);
  const n = sizeOf(out.shape);
  for (const t of rest) {
    const ints = [to, backend.blockOf(t), to, Binary.add, n, 1, 1, 1, 1, 1, 0, 0, 0, 0, 0, 0];
    backend.commands.send(Op.binary, chunksFor(n >> 10, n), ints);
  }
  return out;
};

export const BINARY_KERNELS: readonly (readonly [string, Kernel])[] = [
  ['Add', add],
  ['Sub', arithmetic(Binary.sub, Binary.intSub)],
  ['Multiply', multiply],
  ['RealDiv', arithmetic(Binary.div)],
  ['Maximum', arithmetic(Binary.max, Binary.intMax)],
  ['Minimum', arithmetic(Binary.min, Binary.intMin)],
  ['SquaredDifference', arithmetic(Binary.squaredDifference, Binary.intSquaredDifference)],
  ['Equal', comparison(Binary.equal, Binary.intEqual)],
  ['NotEqual', comparison(Binary.notEqual, Binary.intNotEqual)],
  ['Less', comparison(Binary.less, Binary.intLess)],
  ['LessEqual', comparison(Binary.lessEqual, Binary.intLessEqual)],
  ['Greater', comparison(Binary.greater, Binary.intGreater)],
  ['GreaterEqual', comparison(Binary.greaterEqual, Binary.intGreaterEqual)],
  ['LogicalAnd', logical(Binary.and)],
  ['LogicalOr', logical(Binary.or)],
  ['Prelu', prelu],
  ['EluGrad', eluGrad],
  ['Atan2', arithmetic(Binary.atan2)],
  ['Pow', pow],
  ['Mod', arithmetic(Binary.mod, Binary.intMod)],
  ['FloorDiv', floorDiv],
  ['AddN', addN],
];
