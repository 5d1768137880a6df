import { deferStep, fuseActivation } from '../deferred.js';
import { Activation, Binary, Op, Unary } from '../opcodes.js';
import { sendBinary } from './binary.js';
import { chunksFor, type Kernel, type KernelArgs, sizeOf } from './kernel.js';

/**
 * A kernel of one operation on float32, and on int32 where `int` names its form; `parameters` reads its two
 * numbers from the attributes.
 */
function unary(
  op: number,
  parameters?: (attrs: KernelArgs['attrs']) => [number, number?],
  int?: number,
): Kernel {
  return ({ inputs, attrs, backend }) => {
    const x = inputs.x!;
    const form = x.dtype === 'float32' ? op : x.dtype === 'int32' ? int : undefined;
    if (form === undefined) return undefined;
    const n = sizeOf(x.shape);
    const from = backend.blockOf(x);
    const out = backend.output(x.shape, x.dtype);
    const [p = 0, q = 0] = parameters?.(attrs) ?? [];
    backend.commands.send(
      Op.unary,
      // What is computed number by number is cut finer.
      form >= Unary.sin ? chunksFor(n >> 10, n * 20) : chunksFor(n >> 10, n),
      [from, backend.blockOf(out), n, form],
      [p, q],
    );
    return out;
  };
}

/** An activation, taken into the convolution or matmul before it where that still waits. */
function activation(op: number, fused: number): Kernel {
  const plain = unary(op);
  return (args) => {
    const x = args.inputs.x!;
    if (x.dtype !== 'float32') return undefined;
    return fuseActivation(args.backend, x, fused) ?? plain(args);
  };
}

const plainStep = unary(Unary.step, (attrs) => [(attrs.alpha as number | undefined) ?? 0]);
const step: Kernel = (args) => {
  const x = args.inputs.x!;
  if (x.dtype !== 'float32' || (args.attrs.alpha ?? 0) !== 0) return plainStep(args);
  return deferStep(args.backend, x);
};

const plainSquare = unary(Unary.square);
const square: Kernel = (args) => {
  const x = args.inputs.x!;
  if (x.dtype !== 'int32') return plainSquare(args);
  return sendBinary(args.backend, Binary.intMul, x, x, 'int32');
};

/** float32 to bool: 1 where the test holds. */
function test(op: number, takes: string): Kernel {
  return ({ inputs, backend }) => {
    const x = inputs.x!;
    if (x.dtype !== takes) return undefined;
    const n = sizeOf(x.shape);
    const from = backend.blockOf(x);
    const out = backend.output(x.shape, 'bool');
    backend.commands.send(
      Op.unary,
      chunksFor(n >> 10, n),
      [from, backend.blockOf(out), n, op],
      [0, 0],
    );
    return out;
  };
}

export const UNARY_KERNELS: readonly (readonly [string, Kernel])[] = [
  ['Neg', unary(Unary.neg, undefined, Unary.intNeg)],
  ['Abs', unary(Unary.abs, undefined, Unary.intAbs)],
  ['Square', square],
  ['Sqrt', unary(Unary.sqrt)],
  ['Rsqrt', unary(Unary.rsqrt)],
  ['Reciprocal', unary(Unary.reciprocal)],
  ['Exp', unary(Unary.exp)],
  ['Log', unary(Unary.log)],
  ['Log1p', unary(Unary.log1p)],
  ['Relu', activation(Unary.relu, Activation.relu)],
  ['Relu6', activation(Unary.relu6, Activation.relu6)],
  ['Sigmoid', activation(Unary.sigmoid, Activation.sigmoid)],
  ['Tanh', activation(Unary.tanh, Activation.tanh)],
  ['Softplus', unary(Unary.softplus)],
  ['Elu', unary(Unary.elu)],
  ['LeakyRelu', unary(Unary.leakyRelu, (attrs) => [attrs.alpha as number])],
  ['Step', step],
  [
    'ClipByValue',
    unary(Unary.clip, (attrs) => [attrs.clipValueMin as number, attrs.clipValueMax as number]),
  ],
  ['Floor', unary(Unary.floor)],
  ['Ceil', unary(Unary.ceil)],
  ['Round', unary(Unary.round)],
  ['Sign', unary(Unary.sign, undefined, Unary.intSign)],
  ['LogicalNot', test(Unary.not, 'bool')],
  ['IsNan', test(Unary.isNaN, 'float32')],
  ['IsFinite', test(Unary.isFinite, 'float32')],
  ['IsInf', test(Unary.isInf, 'float32')],
  ['Selu', unary(Unary.selu)],
  ['Expm1', unary(Unary.expm1)],
  ['Erf', unary(Unary.erf)],
  ['Sin', unary(Unary.sin)],
  ['Cos', unary(Unary.cos)],
  ['Tan', unary(Unary.tan)],
  ['Asin', unary(Unary.asin)],
  ['Acos', unary(Unary.acos)],
  ['Atan', unary(Unary.atan)],
  ['Sinh', unary(Unary.sinh)],
  ['Cosh', unary(Unary.cosh)],
  ['Asinh', unary(Unary.asinh)],
  ['Acosh', unary(Unary.acosh)],
  ['Atanh', unary(Unary.atanh)],
];
