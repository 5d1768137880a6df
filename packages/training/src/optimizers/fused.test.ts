import * as tf from '@tensorflow/tfjs-core';
import { afterEach, beforeAll, describe, expect, it } from 'vitest';
import { useCpu } from '../../test/support/cpu.js';
import { createOptimizer } from './create-optimizer.js';
import { runFused } from './fused.js';

beforeAll(useCpu);

const f = Math.fround;

/** One element's rule: `s` are the slots' values, changed in place; returns the new weight. */
type Rule = (w: number, g: number, s: number[], a: Record<string, number>) => number;

// The table of fused.ts once more, as the plain loops that a backend's kernels are compared with.
const KERNELS: Record<string, { letters: string[]; rule: Rule }> = {
  CnnkitSgdUpdate: { letters: [], rule: (w, g, _s, a) => w - a.learningRate! * g },
  CnnkitMomentumUpdate: {
    letters: ['m'],
    rule: (w, g, s, a) => {
      s[0] = a.momentum! * s[0]! - a.learningRate! * g;
      return w + (a.nesterov ? a.momentum! * s[0] - a.learningRate! * g : s[0]);
    },
  },
  CnnkitAdamUpdate: {
    letters: ['m', 'v'],
    rule: (w, g, s, a) => {
      s[0]! += (g - s[0]!) * a.oneMinusBeta1!;
      s[1]! += (g * g - s[1]!) * a.oneMinusBeta2!;
      return w - (a.alpha! * s[0]!) / (Math.sqrt(s[1]!) + a.epsilon!);
    },
  },
  CnnkitAmsgradUpdate: {
    letters: ['m', 'v', 'h'],
    rule: (w, g, s, a) => {
      s[0]! += (g - s[0]!) * a.oneMinusBeta1!;
      s[1]! += (g * g - s[1]!) * a.oneMinusBeta2!;
      s[2] = Math.max(s[2]!, s[1]!);
      return w - (a.alpha! * s[0]!) / (Math.sqrt(s[2]) + a.epsilon!);
    },
  },
  CnnkitNadamUpdate: {
    letters: ['m', 'v'],
    rule: (w, g, s, a) => {
      s[0]! += (g - s[0]!) * a.oneMinusBeta1!;
      s[1]! += (g * g - s[1]!) * a.oneMinusBeta2!;
      const direction = s[0]! * a.mScale! + g * a.gScale!;
      return w - (a.learningRate! * direction) / (Math.sqrt(s[1]! * a.vScale!) + a.epsilon!);
    },
  },
  CnnkitAdamaxUpdate: {
    letters: ['m', 'u'],
    rule: (w, g, s, a) => {
      s[0]! += (g - s[0]!) * a.oneMinusBeta1!;
      s[1] = Math.max(a.beta2! * s[1]!, Math.abs(g));
      return w - (a.alpha! * s[0]!) / (s[1] + a.epsilon!);
    },
  },
  CnnkitRmspropUpdate: {
    letters: ['v'],
    rule: (w, g, s, a) => {
      s[0] = a.rho! * s[0]! + a.oneMinusRho! * g * g;
      return w - (a.learningRate! * g) / Math.sqrt(s[0] + a.epsilon!);
    },
  },
  CnnkitRmspropMomentumUpdate: {
    letters: ['v', 'm'],
    rule: (w, g, s, a) => {
      s[0] = a.rho! * s[0]! + a.oneMinusRho! * g * g;
      s[1] = a.momentum! * s[1]! + (a.learningRate! * g) / Math.sqrt(s[0] + a.epsilon!);
      return w - s[1];
    },
  },
  CnnkitRmspropCenteredUpdate: {
    letters: ['v', 'c'],
    rule: (w, g, s, a) => {
      s[0] = a.rho! * s[0]! + a.oneMinusRho! * g * g;
      s[1] = a.rho! * s[1]! + a.oneMinusRho! * g;
      return w - (a.learningRate! * g) / Math.sqrt(s[0] - s[1] * s[1] + a.epsilon!);
    },
  },
  CnnkitRmspropCenteredMomentumUpdate: {
    letters: ['v', 'm', 'c'],
    rule: (w, g, s, a) => {
      s[0] = a.rho! * s[0]! + a.oneMinusRho! * g * g;
      s[2] = a.rho! * s[2]! + a.oneMinusRho! * g;
      const deviation = Math.sqrt(s[0] - s[2] * s[2] + a.epsilon!);
      s[1] = a.momentum! * s[1]! + (a.learningRate! * g) / deviation;
      return w - s[1];
    },
  },
  CnnkitAdagradUpdate: {
    letters: ['a'],
    rule: (w, g, s, a) => {
      s[0]! += g * g;
      return w - (a.learningRate! * g) / Math.sqrt(s[0]! + a.epsilon!);
    },
  },
  CnnkitAdadeltaUpdate: {
    letters: ['a', 'd'],
    rule: (w, g, s, a) => {
      s[0] = a.rho! * s[0]! + a.oneMinusRho! * g * g;
      const delta = (-g * Math.sqrt(s[1]! + a.epsilon!)) / Math.sqrt(s[0] + a.epsilon!);
      s[1] = a.rho! * s[1]! + a.oneMinusRho! * delta * delta;
      return w + a.learningRate! * delta;
    },
  },
  CnnkitLionUpdate: {
    letters: ['m'],
    rule: (w, g, s, a) => {
      const next = w - a.learningRate! * Math.sign(a.beta1! * s[0]! + a.oneMinusBeta1! * g);
      s[0] = a.beta2! * s[0]! + a.oneMinusBeta2! * g;
      return next;
    },
  },
  CnnkitAverageUpdate: {
    letters: [],
    rule: (w, g, _s, a) => a.momentum! * w + a.oneMinusMomentum! * g,
  },
};

const called: string[] = [];

function register(kernelName: string): void {
  const { letters, rule } = KERNELS[kernelName]!;
  tf.registerKernel({
    kernelName,
    backendName: 'cpu',
    kernelFunc: ({ inputs, attrs, backend }) => {
      called.push(kernelName);
      const cpu = backend as unknown as {
        makeTensorInfo(shape: number[], dtype: string, values: Float32Array): tf.TensorInfo;
        data: { get(id: object): { values: Float32Array } };
      };
      const values = (name: string) => cpu.data.get(inputs[name]!.dataId).values;
      const count = attrs!.count as number;
      const results = ['w', ...letters].map((letter) =>
        Array.from({ length: count }, (_, i) => values(`${letter}${i}`).slice()),
      );
      for (let i = 0; i < count; i++) {
        const gradient = values(`g${i}`);
        gradient.forEach((g, j) => {
          const slots = letters.map((_, k) => results[k + 1]![i]![j]!);
          const w = rule(results[0]![i]![j]!, g, slots, attrs as never);
          results[0]![i]![j] = w;
          slots.forEach((value, k) => {
            results[k + 1]![i]![j] = f(value);
          });
        });
      }
      return results.flatMap((series) =>
        series.map((v, i) => cpu.makeTensorInfo(inputs[`w${i}`]!.shape, 'float32', v)),
      );
    },
  });
}

afterEach(() => {
  called.length = 0;
});

function train(name: string, config: Record<string, unknown>): number[][] {
  const optimizer = createOptimizer(name, config);
  const vars = [tf.variable(tf.tensor2d([1, -2, 0.5, 3], [2, 2])), tf.variable(tf.tensor1d([0.1]))];
  for (let step = 1; step <= 8; step++) {
    tf.tidy(() => {
      const gradients = vars.map((v, i) => tf.mul((step % 3) - 1.5 + i, tf.add(v, 0.25)));
      optimizer.applyGradients(
        vars.map((v, i) => ({ name: v.name, tensor: gradients[i]! })) as never,
      );
    });
  }
  // Where there are averages, they count too.
  const result = vars.map((v) => [...v.dataSync()]);
  optimizer.finalizeVariableValues();
  result.push(...vars.map((v) => [...v.dataSync()]));
  optimizer.dispose();
  tf.dispose(vars);
  return result;
}

describe('a backend’s fused kernel', () => {
  const cases: [kernel: string, name: string, config: Record<string, unknown>][] = [
    ['CnnkitSgdUpdate', 'sgd', {}],
    ['CnnkitMomentumUpdate', 'momentum', {}],
    ['CnnkitMomentumUpdate', 'nesterov', {}],
    ['CnnkitAdamUpdate', 'adam', {}],
    ['CnnkitAdamUpdate', 'adamw', { clipnorm: 1 }],
    ['CnnkitNadamUpdate', 'nadam', {}],
    ['CnnkitAdamaxUpdate', 'adamax', {}],
    ['CnnkitAmsgradUpdate', 'adam', { amsgrad: true }],
    ['CnnkitAmsgradUpdate', 'adamw', { amsgrad: true }],
    ['CnnkitRmspropUpdate', 'rmsprop', {}],
    ['CnnkitRmspropMomentumUpdate', 'rmsprop', { momentum: 0.5 }],
    ['CnnkitRmspropCenteredUpdate', 'rmsprop', { centered: true, learningRate: 1e-3 }],
    ['CnnkitRmspropCenteredMomentumUpdate', 'rmsprop', { centered: true, momentum: 0.5 }],
    ['CnnkitAverageUpdate', 'sgd', { useEma: true, emaMomentum: 0.6 }],
    ['CnnkitAdagradUpdate', 'adagrad', {}],
    ['CnnkitAdadeltaUpdate', 'adadelta', { learningRate: 1 }],
    ['CnnkitLionUpdate', 'lion', {}],
  ];

  it.each(cases)('%s gives what %s does without it', (kernel, name, config) => {
    const composed = train(name, config);
    expect(called).toEqual([]);
    register(kernel);
    try {
      const fused = train(name, config);
      expect(called).toEqual(Array.from({ length: 8 }, () => kernel));
      fused.flat().forEach((w, i) => {
        expect(Math.abs(w - composed.flat()[i]!)).toBeLessThan(1e-5);
      });
    } finally {
      tf.unregisterKernel(kernel, 'cpu');
    }
  });

  it('is refused when it returns too few tensors', () => {
    tf.registerKernel({
      kernelName: 'CnnkitSgdUpdate',
      backendName: 'cpu',
      kernelFunc: () => [],
    });
    const w = tf.variable(tf.tensor1d([1]));
    const g = tf.tensor1d([1]);
    const update = { kernel: 'CnnkitSgdUpdate', slots: {}, attrs: { learningRate: 1 } };
    expect(() => runFused([w], [g], update)).toThrow(/returned 0 tensors for 1 variables/);
    tf.unregisterKernel('CnnkitSgdUpdate', 'cpu');
    tf.dispose([w, g]);
  });
});
