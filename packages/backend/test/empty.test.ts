import * as tf from '@tensorflow/tfjs-core';
import * as tfl from '@tensorflow/tfjs-layers';
import { beforeAll, expect, test } from 'vitest';
import { KERNELS } from '../src/cnnkit/kernels/index.ts';
import { expectSameAsCpu, largestGap, on, prepare, random, values } from './helpers.ts';

beforeAll(() => prepare());

type Shape = readonly number[];
type DType = 'float32' | 'int32' | 'bool';
type Inputs = Record<string, Shape | [Shape, DType]>;
/** What is asked of a kernel: the shapes of its inputs (float32 unless said), and its attributes. */
type Call = [inputs: Inputs, attrs?: object];

/** Shapes of which a dimension is 0. */
const EMPTY: readonly Shape[] = [[0], [0, 3], [3, 0], [2, 0, 3], [0, 0]];
const PAIRS: readonly [Shape, Shape][] = [
  [[0], [0]],
  [[0], [1]],
  [[0, 3], [3]],
  [
    [3, 0],
    [3, 1],
  ],
  [[], [0, 2]],
  [
    [2, 1, 0],
    [1, 4, 1],
  ],
];
const each = (attrs: object = {}, dtype: DType = 'float32'): Call[] =>
  EMPTY.map((shape) => [{ x: [shape, dtype] }, attrs]);
const pairs = (dtype: DType = 'float32', [a, b] = ['a', 'b']): Call[] =>
  PAIRS.map(([p, q]) => [{ [a!]: [p, dtype], [b!]: [q, dtype] }]);
const numbers: Call[] = [...pairs(), ...pairs('int32')];
const folds = (dtype: DType = 'float32'): Call[] =>
  EMPTY.flatMap((shape) =>
    [shape.map((_, i) => i), ...shape.map((_, i) => [i])].map((axis) => [shape, axis] as const),
  ).flatMap(([shape, axis]) =>
    [true, false].map(
      (keepDims): Call => [{ x: [shape, dtype] }, { axis, reductionIndices: axis, keepDims }],
    ),
  );
/** tfjs cpu has no place for the greatest of none, so these have something along the axis. */
const places: Call[] = [
  [{ x: [0, 3] }, { axis: 1 }],
  [{ x: [3, 0] }, { axis: 0 }],
  [{ x: [2, 0, 3] }, { axis: 2 }],
];

const IMAGES: readonly Shape[] = [
  [0, 5, 5, 2],
  [2, 5, 5, 0],
  [2, 0, 5, 2],
  [2, 5, 0, 2],
];
const filterOf = (x: Shape, filters = 4): Shape => [3, 3, x.at(-1)!, filters];
/** No padding or cropping of two axes. */
const NO_EDGE = [
  [0, 0],
  [0, 0],
];
const SAME = { strides: 1, pad: 'same', dataFormat: 'NHWC', dilations: 1 };
const same = (x: Shape, filters: number): Shape => [...x.slice(0, -1), filters];
const convolved = (filters: (x: Shape) => number) =>
  [...IMAGES, [2, 5, 5, 2] as Shape].map((x, i) => {
    const n = i === IMAGES.length ? 0 : filters(x);
    return { x, n, filter: filterOf(x, n), dy: same(x, n) };
  });
const DENSE = convolved(() => 4);
const DEPTHWISE = convolved(() => 2);
const FUSED = { ...SAME, activation: 'relu', dimRoundingMode: undefined };

const VOLUMES: readonly Shape[] = [
  [0, 4, 4, 4, 2],
  [2, 4, 4, 4, 0],
  [2, 0, 4, 4, 2],
];
const POOL = { filterSize: 2, strides: 2, pad: 'valid' };
const halved = (x: Shape): Shape => [x[0]!, ...x.slice(1, -1).map((n) => n >> 1), x.at(-1)!];

const CALLS: Record<string, Call[]> = {
  ...Object.fromEntries(
    [
      ...[
        'Abs',
        'Ceil',
        'Elu',
        'Erf',
        'Exp',
        'Expm1',
        'Floor',
        'IsFinite',
        'IsInf',
        'IsNan',
        'Log',
      ],
      ...['Log1p', 'Neg', 'Reciprocal', 'Relu', 'Relu6', 'Round', 'Rsqrt', 'Selu', 'Sigmoid'],
      ...['Sign', 'Softplus', 'Sqrt', 'Square', 'Tanh', 'ZerosLike', 'OnesLike', 'Sin', 'Cos'],
      ...['Sin', 'Cos', 'Tan', 'Asin', 'Acos', 'Atan', 'Sinh', 'Cosh', 'Asinh', 'Acosh', 'Atanh'],
    ].map((name) => [name, each({})]),
  ),
  LeakyRelu: each({ alpha: 0.2 }),
  Step: [...each({ alpha: 0 }), ...each({ alpha: 0.5 })],
  ClipByValue: each({ clipValueMin: 0, clipValueMax: 1 }),
  LogicalNot: each({}, 'bool'),
  Cast: [
    ...each({ dtype: 'int32' }),
    ...each({ dtype: 'bool' }),
    ...each({ dtype: 'float32' }, 'int32'),
  ],
  ...Object.fromEntries(
    [
      ...['Add', 'Sub', 'Multiply', 'Maximum', 'Minimum', 'Equal', 'NotEqual', 'Less'],
      ...['LessEqual', 'Greater', 'GreaterEqual', 'Mod'],
    ].map((name) => [name, numbers]),
  ),
  RealDiv: pairs(),
  Atan2: pairs(),
  Pow: pairs(),
  SquaredDifference: pairs(),
  FloorDiv: pairs('int32'),
  LogicalAnd: pairs('bool'),
  LogicalOr: pairs('bool'),
  Prelu: PAIRS.filter(([x, alpha]) => alpha.length <= x.length).map(([x, alpha]) => [{ x, alpha }]),
  EluGrad: EMPTY.map((s) => [{ dy: s, y: s }]),
  AddN: EMPTY.map((s) => [{ 0: s, 1: s, 2: s }]),
  Sum: [...folds(), ...folds('int32'), ...folds('bool')],
  Mean: folds(),
  Max: folds(),
  Min: folds(),
  Prod: folds(),
  Any: folds('bool'),
  All: folds('bool'),
  ArgMax: places,
  ArgMin: places,
  Cumsum: EMPTY.flatMap((s) =>
    s.map((_, axis): Call => [{ x: s }, { axis, exclusive: false, reverse: true }]),
  ),
  Cumprod: EMPTY.flatMap((s) =>
    s.map((_, axis): Call => [{ x: s }, { axis, exclusive: true, reverse: false }]),
  ),
  BatchMatMul: [
    [
      [0, 4],
      [4, 3],
    ],
    [
      [2, 0],
      [0, 3],
    ],
    [
      [2, 4],
      [4, 0],
    ],
    [
      [3, 2, 0],
      [3, 0, 5],
    ],
    [
      [0, 2, 4],
      [0, 4, 3],
    ],
    [
      [0, 2, 4],
      [1, 4, 3],
    ],
  ].flatMap(
    ([a, b]) =>
      [
        [
          { a: a!, b: b! },
          { transposeA: false, transposeB: false },
        ],
        [
          { a: [...a!.slice(0, -2), a!.at(-1)!, a!.at(-2)!], b: b! },
          { transposeA: true, transposeB: false },
        ],
        [
          { a: a!, b: [...b!.slice(0, -2), b!.at(-1)!, b!.at(-2)!] },
          { transposeA: false, transposeB: true },
        ],
      ] as Call[],
  ),
  _FusedMatMul: (
    [
      [
        [0, 4],
        [4, 3],
      ],
      [
        [2, 0],
        [0, 3],
      ],
      [
        [2, 4],
        [4, 0],
      ],
    ] as const
  ).map(([a, b]) => [
    { a, b, bias: [b[1]] },
    { transposeA: false, transposeB: false, activation: 'relu' },
  ]),
  Einsum: [
    [{ 0: [0, 4], 1: [4, 3] }, { equation: 'ij,jk->ik' }],
    [{ 0: [2, 0], 1: [0, 3] }, { equation: 'ij,jk->ik' }],
    [{ 0: [2, 0] }, { equation: 'ij->i' }],
  ],
  Conv2D: DENSE.map(({ x, filter }) => [{ x, filter }, SAME]),
  FusedConv2D: DENSE.map(({ x, filter, n }) => [{ x, filter, bias: [n] }, FUSED]),
  Conv2DBackpropInput: DENSE.map(({ x, filter, dy }) => [
    { dy, filter },
    { ...SAME, inputShape: x },
  ]),
  Conv2DBackpropFilter: DENSE.map(({ x, filter, dy }) => [
    { x, dy },
    { ...SAME, filterShape: filter },
  ]),
  DepthwiseConv2dNative: DEPTHWISE.map(({ x, filter }) => [{ x, filter }, SAME]),
  FusedDepthwiseConv2D: DEPTHWISE.map(({ x, filter, n }) => [
    { x, filter, bias: [n * x.at(-1)!] },
    FUSED,
  ]),
  DepthwiseConv2dNativeBackpropInput: DEPTHWISE.map(({ x, filter, n }) => [
    { dy: same(x, n * x.at(-1)!), filter },
    { ...SAME, inputShape: x },
  ]),
  DepthwiseConv2dNativeBackpropFilter: DEPTHWISE.map(({ x, filter, n }) => [
    { x, dy: same(x, n * x.at(-1)!) },
    { ...SAME, filterShape: filter },
  ]),
  Conv3D: VOLUMES.map((x) => [{ x, filter: [2, 2, 2, x[4]!, 3] }, SAME]),
  Conv3DBackpropInputV2: VOLUMES.map((x) => [
    { dy: same(x, 3), filter: [2, 2, 2, x[4]!, 3] },
    { ...SAME, inputShape: x },
  ]),
  Conv3DBackpropFilterV2: VOLUMES.map((x) => [
    { x, dy: same(x, 3) },
    { ...SAME, filterShape: [2, 2, 2, x[4]!, 3] },
  ]),
  MaxPool: IMAGES.map((x) => [{ x }, POOL]),
  AvgPool: IMAGES.map((x) => [{ x }, POOL]),
  MaxPoolGrad: IMAGES.map((x) => [{ dy: halved(x), input: x, output: halved(x) }, POOL]),
  AvgPoolGrad: IMAGES.map((x) => [{ dy: halved(x), input: x }, POOL]),
  MaxPool3D: VOLUMES.map((x) => [{ x }, { ...POOL, dataFormat: 'NDHWC' }]),
  AvgPool3D: VOLUMES.map((x) => [{ x }, { ...POOL, dataFormat: 'NDHWC' }]),
  MaxPool3DGrad: VOLUMES.map((x) => [{ dy: halved(x), input: x, output: halved(x) }, POOL]),
  AvgPool3DGrad: VOLUMES.map((x) => [{ dy: halved(x), input: x }, POOL]),
  FusedBatchNorm: IMAGES.map((x) => {
    const row = [x[3]!];
    return [{ x, mean: row, variance: row, offset: row, scale: row }, { varianceEpsilon: 1e-3 }];
  }),
  LRN: IMAGES.map((x) => [{ x }, { depthRadius: 2, bias: 1, alpha: 1, beta: 0.5 }]),
  LRNGrad: IMAGES.map((x) => [
    { x, y: x, dy: x },
    { depthRadius: 2, bias: 1, alpha: 1, beta: 0.5 },
  ]),
  ResizeBilinear: [IMAGES[0]!, IMAGES[1]!].map((x) => [
    { images: x },
    { size: [7, 3], alignCorners: false, halfPixelCenters: false },
  ]),
  ResizeNearestNeighbor: [IMAGES[0]!, IMAGES[1]!].map((x) => [
    { images: x },
    { size: [7, 3], alignCorners: false, halfPixelCenters: false },
  ]),
  ResizeBilinearGrad: [IMAGES[0]!, IMAGES[1]!].map((x) => [
    { images: x, dy: [x[0]!, 7, 3, x[3]!] },
    { alignCorners: false },
  ]),
  ResizeNearestNeighborGrad: [IMAGES[0]!, IMAGES[1]!].map((x) => [
    { images: x, dy: [x[0]!, 7, 3, x[3]!] },
    { alignCorners: false },
  ]),
  Slice: [
    [{ x: [0, 3] }, { begin: [0, 1], size: [0, 2] }],
    [{ x: [2, 3] }, { begin: [1, 1], size: [0, 2] }],
  ],
  StridedSlice: [
    [
      { x: [0, 3] },
      {
        begin: [0, 0],
        end: [0, 2],
        strides: [1, 1],
        beginMask: 0,
        endMask: 0,
        ellipsisMask: 0,
        newAxisMask: 0,
        shrinkAxisMask: 0,
      },
    ],
  ],
  Tile: [
    ...EMPTY.map((s): Call => [{ x: s }, { reps: s.map(() => 2) }]),
    [{ x: [2, 3] }, { reps: [0, 1] }],
  ],
  Reverse: EMPTY.map((s) => [{ x: s }, { dims: [0] }]),
  Transpose: EMPTY.map((s) => [{ x: s }, { perm: s.map((_, i) => s.length - 1 - i) }]),
  PadV2: EMPTY.flatMap((s): Call[] => [
    [{ x: s }, { paddings: s.map(() => [1, 2]), constantValue: 0.5 }],
    [{ x: s }, { paddings: s.map(() => [0, 0]), constantValue: 0.5 }],
    [{ x: [s, 'int32'] }, { paddings: s.map(() => [1, 0]), constantValue: 3 }],
  ]),
  MirrorPad: [
    [
      { x: [0, 3] },
      {
        paddings: [
          [0, 0],
          [1, 1],
        ],
        mode: 'reflect',
      },
    ],
  ],
  Concat: [
    [{ 0: [0, 3], 1: [0, 3] }, { axis: 0 }],
    [{ 0: [0, 3], 1: [0, 2] }, { axis: 1 }],
    [{ 0: [0, 3], 1: [2, 3] }, { axis: 0 }],
  ],
  Pack: EMPTY.map((s) => [{ 0: s, 1: s }, { axis: 0 }]),
  Unpack: [
    [{ value: [2, 0] }, { axis: 0 }],
    [{ value: [0, 2] }, { axis: 1 }],
    [{ value: [0, 2] }, { axis: 0 }],
  ],
  SplitV: [
    [{ x: [0, 4] }, { numOrSizeSplits: 2, axis: 1 }],
    [{ x: [4, 0] }, { numOrSizeSplits: [1, 3], axis: 0 }],
    [{ x: [3, 2] }, { numOrSizeSplits: [0, 3], axis: 0 }],
  ],
  SpaceToBatchND: [
    [
      { x: [0, 4, 4, 2] },
      {
        blockShape: [2, 2],
        paddings: NO_EDGE,
      },
    ],
    [
      { x: [1, 4, 4, 0] },
      {
        blockShape: [2, 2],
        paddings: NO_EDGE,
      },
    ],
  ],
  BatchToSpaceND: [
    [
      { x: [0, 4, 4, 2] },
      {
        blockShape: [2, 2],
        crops: NO_EDGE,
      },
    ],
    [
      { x: [4, 4, 4, 0] },
      {
        blockShape: [2, 2],
        crops: NO_EDGE,
      },
    ],
  ],
  DepthToSpace: [[{ x: [0, 4, 4, 4] }, { blockSize: 2, dataFormat: 'NHWC' }]],
  FlipLeftRight: [
    [{ image: [0, 4, 4, 4] }, {}],
    [{ image: [2, 4, 4, 0] }, {}],
  ],
  Fill: EMPTY.map((shape) => [{}, { shape, value: 2, dtype: 'float32' }]),
  Select: EMPTY.map((s) => [{ condition: [s, 'bool'], t: s, e: s }]),
  GatherV2: [
    [
      { x: [4, 3], indices: [[0], 'int32'] },
      { axis: 0, batchDims: 0 },
    ],
    [
      { x: [4, 0], indices: [[2], 'int32'] },
      { axis: 0, batchDims: 0 },
    ],
    [
      { x: [0, 4], indices: [[2], 'int32'] },
      { axis: 1, batchDims: 0 },
    ],
  ],
  OneHot: [[{ indices: [[0], 'int32'] }, { depth: 3, onValue: 1, offValue: 0, dtype: 'float32' }]],
  Softmax: [
    [0, 3],
    [3, 0],
  ].map((s) => [{ logits: s }, { dim: 1 }]),
  LogSoftmax: [
    [0, 3],
    [3, 0],
  ].map((s) => [{ logits: s }, { axis: 1 }]),
  TopK: [
    [{ x: [0, 3] }, { k: 2, sorted: true }],
    [{ x: [2, 3] }, { k: 0, sorted: true }],
  ],
  GatherNd: [[{ params: [4, 3], indices: [[0, 1], 'int32'] }]],
  ScatterNd: [
    [{ indices: [[0, 1], 'int32'], updates: [0, 3] }, { shape: [4, 3] }],
    [{ indices: [[2, 1], 'int32'], updates: [2, 0] }, { shape: [4, 0] }],
  ],
  SparseToDense: [
    [
      { sparseIndices: [[0, 1], 'int32'], sparseValues: [0], defaultValue: [] },
      { outputShape: [4] },
    ],
  ],
  TensorScatterUpdate: [
    [{ tensor: [4, 3], indices: [[0, 1], 'int32'], updates: [0, 3] }],
    [{ tensor: [4, 0], indices: [[2, 1], 'int32'], updates: [2, 0] }],
  ],
  CropAndResize: [
    [
      { image: [2, 4, 4, 3], boxes: [0, 4], boxInd: [[0], 'int32'] },
      { cropSize: [2, 2], method: 'bilinear', extrapolationValue: 0 },
    ],
    [
      { image: [2, 4, 4, 0], boxes: [1, 4], boxInd: [[1], 'int32'] },
      { cropSize: [2, 2], method: 'nearest', extrapolationValue: 0 },
    ],
  ],
  RotateWithOffset: [
    [{ image: [0, 4, 4, 3] }, { radians: 1, fillValue: 0, center: 0.5 }],
    [{ image: [2, 4, 4, 0] }, { radians: 1, fillValue: 0, center: 0.5 }],
  ],
  UnsortedSegmentSum: [
    [{ x: [0, 3], segmentIds: [[0], 'int32'] }, { numSegments: 2 }],
    [{ x: [2, 0], segmentIds: [[2], 'int32'] }, { numSegments: 2 }],
  ],
};

function run(name: string, [inputs, attrs = {}]: Call): tf.Tensor[] {
  const entries = Object.entries(inputs).map(([key, given]) => {
    const typed = Array.isArray(given[0]);
    const [shape, dtype] = (typed ? given : [given, 'float32']) as [Shape, DType];
    const x = values(random(shape.length + 3), shape);
    const data = dtype === 'float32' ? x : x.map((v) => (v > 0 ? 1 : 0));
    return [key, tf.tensor(data, shape as number[], dtype)] as const;
  });
  const list = entries.length > 0 && entries.every(([key]) => /^\d+$/.test(key));
  const given = list ? entries.map(([, t]) => t) : Object.fromEntries(entries);
  const out = tf.engine().runKernel(name, given as never, attrs as never) as unknown;
  return (Array.isArray(out) ? out : [out]) as tf.Tensor[];
}

const OWN = KERNELS.map(([name]) => name).filter((name) => !name.startsWith('Cnnkit'));
test('every kernel of tfjs that runs here is asked', () => {
  expect(OWN.filter((name) => CALLS[name] === undefined)).toEqual([]);
});

test.each(OWN.filter((name) => name !== 'LogSoftmax'))(
  '%s of nothing gives what tfjs cpu gives',
  async (name) => {
    const wrong: string[] = [];
    for (const call of CALLS[name]!) {
      const want = await on('cpu', () => run(name, call));
      const got = await on('cnnkit', () => run(name, call));
      want.forEach((w, i) => {
        const g = got[i]!;
        const alike = g.dtype === w.dtype && JSON.stringify(g.shape) === JSON.stringify(w.shape);
        if (!alike || largestGap(g.values, w.values) > 1e-6)
          wrong.push(`${JSON.stringify([call, g])} instead of ${JSON.stringify(w)}`);
      });
    }
    expect(wrong).toEqual([]);
  },
);

// What tfjs cpu has no kernel of.
test('LogSoftmax of nothing is nothing', async () => {
  const got = await on('cnnkit', () =>
    CALLS.LogSoftmax!.flatMap((call) => run('LogSoftmax', call)),
  );
  expect(got.map(({ shape }) => shape)).toEqual([
    [0, 3],
    [3, 0],
  ]);
});

test('a model predicts, loses and learns nothing from a batch of nothing, as on tfjs cpu', async () => {
  const layers = () => [
    tfl.layers.conv2d({ inputShape: [8, 8, 2], filters: 4, kernelSize: 3, activation: 'relu' }),
    tfl.layers.maxPooling2d({ poolSize: 2 }),
    // Not batch normalisation, whose training tfjs-layers itself cannot shape.
    tfl.layers.dropout({ rate: 0.5 }),
    tfl.layers.flatten(),
    tfl.layers.dense({ units: 3, activation: 'softmax' }),
  ];
  await expectSameAsCpu(() => {
    const model = tfl.sequential({ layers: layers() });
    const x = tf.zeros([0, 8, 8, 2]);
    const out = model.apply(x, { training: true }) as tf.Tensor;
    const loss = tf.sum(out) as tf.Scalar;
    const { grads } = tf.variableGrads(
      () => tf.sum(model.apply(x, { training: true }) as tf.Tensor) as tf.Scalar,
    );
    const results = [
      out,
      loss,
      ...Object.keys(grads)
        .sort()
        .map((name) => tf.clone(grads[name]!)),
    ];
    model.dispose();
    return results;
  });
});

test('an optimizer steps a variable of no elements beside another', async () => {
  await expectSameAsCpu(() => {
    const [none, two] = [tf.variable(tf.zeros([0, 3])), tf.variable(tf.tensor1d([1, 2]))];
    const optimizer = tf.train.adam(0.1);
    optimizer.minimize(() => tf.add(tf.sum(none), tf.sum(tf.square(two))) as tf.Scalar, false, [
      none,
      two,
    ]);
    const results = [tf.clone(none), tf.clone(two)];
    for (const v of [none, two]) v.dispose();
    optimizer.dispose();
    return results;
  });
});
