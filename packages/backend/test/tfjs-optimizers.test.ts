import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, test } from 'vitest';
import { engineBackend, largestGap, prepare, random, values } from './helpers.ts';

beforeAll(() => prepare());

const OPTIMIZERS: Record<string, () => tf.Optimizer> = {
  sgd: () => tf.train.sgd(0.1),
  momentum: () => tf.train.momentum(0.1, 0.9),
  nesterov: () => tf.train.momentum(0.1, 0.9, true),
  adam: () => tf.train.adam(0.01),
  'adam with numbers of its own': () => tf.train.adam(0.05, 0.8, 0.95, 1e-3),
  adamax: () => tf.train.adamax(0.01),
  'adamax with decay': () => tf.train.adamax(0.01, 0.8, 0.95, 1e-3, 0.1),
  rmsprop: () => tf.train.rmsprop(0.01),
  'rmsprop with momentum': () => tf.train.rmsprop(0.01, 0.8, 0.5, 1e-3),
  'rmsprop centered': () => tf.train.rmsprop(0.01, 0.9, 0.1, 1e-3, true),
  adagrad: () => tf.train.adagrad(0.1),
  'adagrad with a start': () => tf.train.adagrad(0.1, 0.5),
  adadelta: () => tf.train.adadelta(0.5),
};

/** tfjs's Adamax has no getWeights yet. */
const savesWeights = (name: string) => !name.startsWith('adamax');

/** Weights and the optimizer's own after `steps` steps on a backend, and the optimizer's saved form. */
async function run(backend: string, name: string, steps: number, resumeAt = -1) {
  const make = OPTIMIZERS[name]!;
  await tf.setBackend(backend);
  const next = random(5);
  const shapes = [[7, 5], [33], [1]];
  const weights = shapes.map((shape) => tf.variable(tf.tensor(values(next, shape), shape)));
  const targets = shapes.map((shape) => tf.tensor(values(next, shape), shape));
  let optimizer = make();
  for (let step = 0; step < steps; step++) {
    if (step === resumeAt) {
      const saved = await optimizer.getWeights();
      const other = make();
      await other.setWeights(saved);
      optimizer = other;
    }
    optimizer.minimize(() =>
      tf.addN(weights.map((w, i) => tf.sum(tf.square(tf.sub(w, targets[i]!)))) as tf.Scalar[]),
    );
  }
  const own = savesWeights(name) ? await optimizer.getWeights() : [];
  const result = {
    weights: weights.flatMap((w) => Array.from(w.dataSync())),
    names: own.map(({ name }) => name.replace(/^\d+/, 'variable')),
    own: own.flatMap(({ tensor }) => Array.from(tensor.dataSync())),
    config: optimizer.getConfig(),
  };
  optimizer.dispose();
  for (const tensor of [...weights, ...targets]) tensor.dispose();
  return result;
}

describe.each(Object.keys(OPTIMIZERS))('%s', (name) => {
  test('steps as on tfjs cpu, with the same state under the same names', async () => {
    const left: number[] = [];
    const counted = async (backend: string) => {
      const before = tf.memory().numTensors;
      const result = await run(backend, name, 5);
      left.push(tf.memory().numTensors - before);
      return result;
    };
    const expected = await counted('cpu');
    const received = await counted('cnnkit');
    expect(left[1]).toBe(left[0]);
    expect(largestGap(received.weights, expected.weights)).toBeLessThanOrEqual(2e-6);
    expect(largestGap(received.own, expected.own)).toBeLessThanOrEqual(2e-6);
    expect(received.names).toEqual(expected.names);
    expect(received.config).toEqual(expected.config);
  });
});

test.each(Object.keys(OPTIMIZERS).filter(savesWeights))(
  '%s goes on from its saved weights as if it had not stopped',
  async (name) => {
    const through = await run('cnnkit', name, 6);
    const resumed = await run('cnnkit', name, 6, 3);
    expect(resumed.weights).toEqual(through.weights);
    expect(resumed.own).toEqual(through.own);
  },
);

test.each(Object.keys(OPTIMIZERS))('%s takes one command a variable', async (name) => {
  await tf.setBackend('cnnkit');
  const weights = [tf.variable(tf.ones([64])), tf.variable(tf.ones([3, 3]))];
  const optimizer = OPTIMIZERS[name]!();
  const step = () =>
    optimizer.applyGradients(weights.map((w) => ({ name: w.name, tensor: tf.ones(w.shape) })));
  step();
  const { commands } = engineBackend();
  const before = commands.sent;
  step();
  // Besides two updates: two gradients of ones, and at most six on scalars.
  expect(commands.sent - before).toBeLessThanOrEqual(10);
  optimizer.dispose();
  for (const w of weights) w.dispose();
});

test('a variable without a gradient stays as it is', async () => {
  await tf.setBackend('cnnkit');
  const w = tf.variable(tf.tensor1d([1, 2]));
  const still = tf.variable(tf.tensor1d([3]));
  const optimizer = tf.train.adam(0.5);
  optimizer.applyGradients([
    { name: w.name, tensor: tf.tensor1d([1, -1]) },
    { name: still.name, tensor: null as unknown as tf.Tensor },
  ]);
  expect(Array.from(still.dataSync())).toEqual([3]);
  expect(w.dataSync()[0]).toBeCloseTo(0.5, 5);
  optimizer.dispose();
});

test('a centered rmsprop has the bits of the operations that tfjs composes', async () => {
  await tf.setBackend('cnnkit');
  const [rate, decay, momentum, epsilon] = [0.01, 0.9, 0.3, 1e-3];
  const n = 3000;
  const next = random(9);
  const w = tf.variable(tf.tensor1d(values(next, [n])));
  let [x, ms, mom, mg] = [tf.clone(w), tf.zeros([n]), tf.zeros([n]), tf.zeros([n])] as tf.Tensor[];
  const optimizer = tf.train.rmsprop(rate, decay, momentum, epsilon, true);
  for (let step = 0; step < 5; step++) {
    // Away from zero, where tfjs's formula takes the root of less than nothing.
    const g = tf.tensor1d(values(next, [n]).map((v) => v + Math.sign(v) * 0.5));
    optimizer.applyGradients([{ name: w.name, tensor: g }]);
    [x, ms, mom, mg] = tf.tidy(() => {
      const squares = tf.add(tf.mul(ms!, decay), tf.mul(tf.square(g), 1 - decay));
      const mean = tf.add(tf.mul(mg!, decay), tf.mul(g, 1 - decay));
      const spread = tf.sqrt(tf.sub(squares, tf.add(tf.square(mean), epsilon)));
      const moment = tf.add(tf.mul(mom!, momentum), tf.div(tf.mul(g, rate), spread));
      return [tf.sub(x!, moment), squares, moment, mean];
    });
  }
  const own = (await optimizer.getWeights()).map(({ tensor }) => Array.from(tensor.dataSync()));
  const want = [x, ms, mom, mg].map((t) => Array.from(t!.dataSync()));
  const got = [Array.from(w.dataSync()), own[1]!, own[2]!, own[3]!];
  // With fused multiply-adds a product and a sum round once instead of twice.
  const exact = engineBackend().library.name === 'wasm-simd';
  got.forEach((values, i) => {
    if (exact) expect(values).toEqual(want[i]);
    else expect(largestGap(values, want[i]!)).toBeLessThanOrEqual(1e-6);
  });
  optimizer.dispose();
  w.dispose();
});
