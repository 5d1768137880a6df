import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it } from 'vitest';
import { useCpu } from '../../test/support/cpu.js';
import { type Config, ReferenceOptimizer } from '../../test/support/reference-optimizers.js';
import { exponentialDecay } from '../schedules/decay.js';
import { createOptimizer, optimizerNames } from './create-optimizer.js';

beforeAll(useCpu);

/** Well-scaled pseudo-random gradients: no root of nearly nothing, so float32 stays near float64. */
function gradientsAt(step: number, sizes: readonly number[]): Float64Array[] {
  let state = (step + 1) * 2654435761;
  const next = () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    const u = state / 2 ** 32;
    return Math.fround((u < 0.5 ? -0.2 - u : u) * (1 + 0.1 * step));
  };
  return sizes.map((size) => Float64Array.from({ length: size }, next));
}

const SIZES = [7, 3];
const START = SIZES.map((size) =>
  Float64Array.from({ length: size }, (_, i) => Math.fround(0.3 * (i - 2))),
);

function variables(): tf.Variable[] {
  return START.map((values) => tf.tidy(() => tf.variable(tf.tensor1d([...values]))));
}

function applyTo(optimizer: tf.Optimizer, vars: tf.Variable[], gradients: Float64Array[]): void {
  tf.tidy(() => {
    optimizer.applyGradients(
      vars.map((v, i) => ({ name: v.name, tensor: tf.tensor1d([...gradients[i]!]) })) as never,
    );
  });
}

const CASES: [name: string, config: Config][] = [
  ...optimizerNames().map((name): [string, Config] => [
    name,
    name === 'nesterov' || name === 'momentum'
      ? { momentum: 0.9, nesterov: name === 'nesterov' }
      : name === 'adamw'
        ? { weight_decay: 0.004 }
        : {},
  ]),
  ['adam', { learning_rate: 0.01, beta_1: 0.8, beta_2: 0.95, epsilon: 1e-3 }],
  ['adam', { amsgrad: true }],
  ['adam', { clipnorm: 0.1 }],
  ['adam', { global_clipnorm: 0.5 }],
  ['sgd', { clipvalue: 0.3, learning_rate: 0.1 }],
  ['adamw', { weight_decay: 0.1, learning_rate: 0.01 }],
  ['sgd', { weight_decay: 0.1, momentum: 0.5, nesterov: true }],
  ['nadam', { beta_1: 0.8, beta_2: 0.99, weight_decay: 0.01 }],
  ['rmsprop', { centered: true, momentum: 0.5 }],
  ['rmsprop', { rho: 0.5, momentum: 0.9 }],
  ['adagrad', { initial_accumulator_value: 0.5, learning_rate: 0.1 }],
  ['adadelta', { learning_rate: 1, rho: 0.9 }],
  ['lion', { beta_1: 0.8, beta_2: 0.95 }],
];

describe.each(CASES)('%s %j', (name, config) => {
  it('follows a double-precision run of Keras’s rule over 25 steps', () => {
    const optimizer = createOptimizer(name, config);
    const reference = new ReferenceOptimizer(name, config);
    const vars = variables();
    const expected = START.map((w) => w.slice());
    for (let step = 0; step < 25; step++) {
      applyTo(optimizer, vars, gradientsAt(step, SIZES));
      reference.apply(expected, gradientsAt(step, SIZES), optimizer.learningRate);
    }
    vars.forEach((v, i) => {
      const moved = Math.max(...expected[i]!.map((x, j) => Math.abs(x - START[i]![j]!)));
      v.dataSync().forEach((x, j) => {
        expect(Math.abs(x - expected[i]![j]!)).toBeLessThan(1e-6 + 1e-5 * moved);
      });
    });
    expect(optimizer.iterations).toBe(25);
    optimizer.dispose();
    tf.dispose(vars);
  });

  it('leaks nothing, and resumes bit for bit from saved weights', async () => {
    const before = tf.memory().numTensors;
    const straight = createOptimizer(name, config);
    const varsA = variables();
    for (let step = 0; step < 6; step++) applyTo(straight, varsA, gradientsAt(step, SIZES));

    const first = createOptimizer(name, config);
    const varsB = variables();
    for (let step = 0; step < 3; step++) applyTo(first, varsB, gradientsAt(step, SIZES));
    const saved = await first.getWeights();
    const second = createOptimizer(first.getClassName(), first.getConfig());
    await second.setWeights(saved);
    tf.dispose(saved.map(({ tensor }) => tensor));
    for (let step = 3; step < 6; step++) applyTo(second, varsB, gradientsAt(step, SIZES));

    expect(second.iterations).toBe(6);
    expect(varsB.map((v) => [...v.dataSync()])).toEqual(varsA.map((v) => [...v.dataSync()]));
    tf.dispose([...varsA, ...varsB]);
    for (const optimizer of [straight, first, second]) optimizer.dispose();
    expect(tf.memory().numTensors).toBe(before);
  });
});

describe('createOptimizer', () => {
  it('knows names in any case and lists them when it does not', () => {
    expect(createOptimizer('RMSprop').getClassName()).toBe('RMSprop');
    expect(() => createOptimizer('adamm')).toThrow(/adam, adamw, .*received "adamm"/);
    expect(() => createOptimizer('constructor')).toThrow(RangeError);
  });

  it('takes Keras’s whole config, nulls and all', () => {
    const optimizer = createOptimizer('adam', {
      learning_rate: 0.0010000000474974513,
      weight_decay: null,
      clipnorm: null,
      use_ema: false,
      ema_momentum: 0.99,
      loss_scale_factor: null,
      beta_1: 0.9,
      amsgrad: false,
    });
    expect(optimizer.learningRate).toBe(Math.fround(0.001));
    expect(optimizer.getConfig()).toMatchObject({ beta1: 0.9, weightDecay: null, amsgrad: false });
  });

  it('rejects a key that the optimizer does not have, naming those it has', () => {
    expect(() => createOptimizer('sgd', { beta_1: 0.9 })).toThrow(
      /learningRate, .*received "beta_1"/,
    );
  });

  it('rejects values out of range, and two kinds of clipping at once', () => {
    expect(() => createOptimizer('sgd', { momentum: 1.5 })).toThrow(/in \[0, 1\]; received 1.5/);
    expect(() => createOptimizer('sgd', { learningRate: '0.1' })).toThrow(TypeError);
    expect(() => createOptimizer('sgd', { learningRate: Number.NaN })).toThrow(RangeError);
    expect(() => createOptimizer('sgd', { clipnorm: 1, clipvalue: 1 })).toThrow(/only one of/);
    expect(() => createOptimizer('sgd', { gradientAccumulationSteps: 1 })).toThrow(/at least 2/);
  });

  it('keeps the schedule of a config, serialized or not', () => {
    const optimizer = createOptimizer('sgd', {
      learning_rate: {
        class_name: 'ExponentialDecay',
        config: { initial_learning_rate: 0.1, decay_steps: 20, decay_rate: 0.5 },
      },
    });
    expect(optimizer.learningRate).toBe(Math.fround(0.1));
    expect(createOptimizer('sgd', optimizer.getConfig()).learningRate).toBe(Math.fround(0.1));
  });
});

describe('KerasOptimizer', () => {
  it('uses a learning rate changed between steps from the next step on', () => {
    const optimizer = createOptimizer('sgd', { learningRate: 0.5 });
    const w = tf.variable(tf.tensor1d([1]));
    applyTo(optimizer, [w], [Float64Array.of(1)]);
    optimizer.learningRate = 0.25;
    applyTo(optimizer, [w], [Float64Array.of(1)]);
    expect(w.dataSync()[0]).toBe(0.25);
    optimizer.dispose();
    w.dispose();
  });

  it('follows a schedule, which then alone sets the rate', () => {
    const learningRate = exponentialDecay({
      initialLearningRate: 0.5,
      decaySteps: 1,
      decayRate: 0.5,
    });
    const optimizer = createOptimizer('sgd', { learningRate });
    const w = tf.variable(tf.tensor1d([1]));
    for (let i = 0; i < 3; i++) applyTo(optimizer, [w], [Float64Array.of(1)]);
    expect(w.dataSync()[0]).toBe(0.125);
    expect(() => {
      optimizer.learningRate = 1;
    }).toThrow(/a schedule drives it/);
    optimizer.dispose();
    w.dispose();
  });

  it('averages weights as Keras does: the first average is the weights', () => {
    const optimizer = createOptimizer('sgd', { learningRate: 1, useEma: true, emaMomentum: 0.5 });
    const w = tf.variable(tf.tensor1d([10]));
    for (let i = 0; i < 3; i++) applyTo(optimizer, [w], [Float64Array.of(1)]);
    optimizer.swapAverages();
    expect(w.dataSync()[0]).toBe(0.5 * (0.5 * 9 + 0.5 * 8) + 0.5 * 7);
    optimizer.swapAverages();
    expect(w.dataSync()[0]).toBe(7);
    optimizer.finalizeVariableValues();
    expect(w.dataSync()[0]).toBe(7.75);
    optimizer.dispose();
    w.dispose();
  });

  it('overwrites the weights by their average every emaOverwriteFrequency steps', () => {
    const optimizer = createOptimizer('sgd', {
      learningRate: 1,
      useEma: true,
      emaMomentum: 0.5,
      emaOverwriteFrequency: 2,
    });
    const w = tf.variable(tf.tensor1d([10]));
    for (let i = 0; i < 2; i++) applyTo(optimizer, [w], [Float64Array.of(1)]);
    expect(w.dataSync()[0]).toBe(8.5);
    optimizer.dispose();
    w.dispose();
  });

  it('steps with the mean of the gradients it accumulates', () => {
    const optimizer = createOptimizer('sgd', { learningRate: 1, gradientAccumulationSteps: 2 });
    const w = tf.variable(tf.tensor1d([0]));
    const seen: number[] = [];
    for (const g of [1, 3, 5, 7]) {
      applyTo(optimizer, [w], [Float64Array.of(g)]);
      seen.push(w.dataSync()[0]!);
    }
    expect(seen).toEqual([0, -2, -2, -8]);
    optimizer.dispose();
    w.dispose();
  });

  it('leaves variables that excludeFromWeightDecay names alone', () => {
    const w = tf.variable(tf.tensor1d([1]), true, 'kernel-of-this-test');
    const b = tf.variable(tf.tensor1d([1]), true, 'bias-of-this-test');
    const optimizer = createOptimizer('sgd', {
      learningRate: 0.5,
      weightDecay: 0.5,
      excludeFromWeightDecay: (name: string) => name.startsWith('bias'),
    });
    applyTo(optimizer, [w, b], [Float64Array.of(0), Float64Array.of(0)]);
    expect([w.dataSync()[0], b.dataSync()[0]]).toEqual([0.75, 1]);
    optimizer.dispose();
    tf.dispose([w, b]);
  });

  it('shows an exploded gradient instead of hiding it in the global norm', () => {
    const optimizer = createOptimizer('sgd', { globalClipnorm: 1 });
    const w = tf.variable(tf.tensor1d([1]));
    applyTo(optimizer, [w], [Float64Array.of(Number.POSITIVE_INFINITY)]);
    expect(w.dataSync()[0]).toBeNaN();
    optimizer.dispose();
    w.dispose();
  });

  it('refuses a variable it was not built with', () => {
    const optimizer = createOptimizer('sgd');
    const [a, b] = [tf.variable(tf.tensor1d([1])), tf.variable(tf.tensor1d([1]))];
    applyTo(optimizer, [a], [Float64Array.of(1)]);
    expect(() => applyTo(optimizer, [b], [Float64Array.of(1)])).toThrow(/make a new optimizer/);
    optimizer.dispose();
    tf.dispose([a, b]);
  });

  it('minimizes through tfjs’s own interface', () => {
    const optimizer = createOptimizer('adam', { learningRate: 0.1 });
    const w = tf.variable(tf.scalar(3));
    const before = tf.memory().numTensors;
    for (let i = 0; i < 100; i++) {
      optimizer.minimize(() => tf.square(w) as tf.Scalar, false, [w]);
    }
    expect(Math.abs(w.dataSync()[0]!)).toBeLessThan(0.2);
    expect(tf.memory().numTensors).toBe(before + 2);
    optimizer.dispose();
    w.dispose();
  });
});
