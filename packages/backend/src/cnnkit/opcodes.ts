/**
 * The commands by number, in the order of `kernels/opcodes.h`. A test compares the two lists.
 */
export const COMMANDS: readonly string[] = [
  'matmul',
  'matmul_tn',
  'conv2d',
  'conv2d_dx',
  'conv2d_dw',
  'conv2d_dw_narrow',
  'max_pool',
  'avg_pool',
  'max_pool_grad',
  'avg_pool_grad',
  'unary',
  'binary',
  'select',
  'cast',
  'reduce',
  'arg_reduce',
  'softmax',
  'strided_copy',
  'transpose',
  'gather',
  'one_hot',
  'update',
  'conv2d_pool',
  'unpool',
  'unpool_sum',
  'winograd_filter',
  'winograd',
  'winograd_dx',
  'winograd_dw',
  'batch_norm',
];

/** Opcodes by name; each command's arguments stand where its kernel file reads them. */
export const Op = {
  matmul: 0,
  matmulTn: 1,
  conv2d: 2,
  conv2dDx: 3,
  conv2dDw: 4,
  conv2dDwNarrow: 5,
  maxPool: 6,
  avgPool: 7,
  maxPoolGrad: 8,
  avgPoolGrad: 9,
  unary: 10,
  binary: 11,
  select: 12,
  cast: 13,
  reduce: 14,
  argReduce: 15,
  softmax: 16,
  stridedCopy: 17,
  transpose: 18,
  gather: 19,
  oneHot: 20,
  update: 21,
  conv2dPool: 22,
  unpool: 23,
  unpoolSum: 24,
  winogradFilter: 25,
  winograd: 26,
  winogradDx: 27,
  winogradDw: 28,
  batchNorm: 29,
} as const;

/** What `unary` can compute, as `enum UnaryOp` in `kernels/unary.c` numbers it. */
export const Unary = {
  fill: 0,
  neg: 1,
  abs: 2,
  square: 3,
  sqrt: 4,
  rsqrt: 5,
  reciprocal: 6,
  exp: 7,
  log: 8,
  log1p: 9,
  relu: 10,
  relu6: 11,
  sigmoid: 12,
  tanh: 13,
  softplus: 14,
  elu: 15,
  leakyRelu: 16,
  step: 17,
  clip: 18,
  floor: 19,
  ceil: 20,
  round: 21,
  sign: 22,
  not: 23,
  isNaN: 24,
  trunc: 25,
} as const;

/** What `binary` can compute, as `enum BinaryOp` in `kernels/binary.c` numbers it. */
export const Binary = {
  add: 0,
  sub: 1,
  mul: 2,
  div: 3,
  max: 4,
  min: 5,
  squaredDifference: 6,
  stepGrad: 7,
  equal: 8,
  notEqual: 9,
  less: 10,
  lessEqual: 11,
  greater: 12,
  greaterEqual: 13,
  and: 14,
  or: 15,
  prelu: 16,
  intAdd: 17,
  intSub: 18,
  intMul: 19,
  intEqual: 20,
  intNotEqual: 21,
  intLess: 22,
  intLessEqual: 23,
  intGreater: 24,
  intGreaterEqual: 25,
} as const;

/** How `reduce` folds, as `enum ReduceOp` in `kernels/reduce.c` numbers it. */
export const Fold = { sum: 0, max: 1, min: 2, prod: 3, any: 4, all: 5 } as const;

/** Which formula `update` applies, as `enum UpdateOp` in `kernels/update.c` numbers it. */
export const Update = {
  sgd: 0,
  momentum: 1,
  nesterov: 2,
  adam: 3,
  nadam: 4,
  adamax: 5,
  rmsprop: 6,
  adagrad: 7,
  adadelta: 8,
  lion: 9,
} as const;

/** What `cast` converts, as in `kernels/cast.c`. */
export const Conversion = { toInt: 0, toFloat: 1, toBool: 2, intToBool: 3 } as const;

/** Activations applied inside a convolution or matmul, as in `kernels/math.h`. */
export const Activation = { linear: 0, relu: 1, relu6: 2, sigmoid: 3, tanh: 4 } as const;
