import { useBackend } from '@cnnkit/backend';
import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it } from 'vitest';
import { parityFiles, readFixture } from './support/fixtures.js';
import { lossBounds, type OptimizerRun, type ParityRun, train } from './support/parity-run.js';
import { noRealData, skippedWithoutData } from './support/real-data.js';

describe.skipIf(noRealData !== undefined)(
  `20 steps from known weights${skippedWithoutData}`,
  () => {
    beforeAll(async () => {
      await useBackend({ backend: 'cnnkit' });
    });

    it.each(parityFiles())(
      '%s: each loss equals Keras’s within what float32 itself strays',
      async (file) => {
        const run = readFixture<ParityRun>(`parity/${file}`);
        const tensors = tf.memory().numTensors;
        const { before, first5, loss, accuracy, final, trainable } = await train(
          { ...run, labelSmoothing: 0 },
          run.steps,
        );
        run.initial.forEach((initial, v) => {
          initial.first5.forEach((w, i) => void expect(first5[v]![i]).toBe(w));
        });
        run.float32.before.flat().forEach((p, i) => void expect(before[i]).toBeCloseTo(p, 5));
        expect(loss).toHaveLength(run.float32.loss.length);
        const bounds = lossBounds(run);
        run.float32.loss.forEach((expected, t) => {
          const gap = Math.abs(loss[t]! - expected);
          expect(gap, `step ${t}`).toBeLessThanOrEqual(bounds[t]!);
        });
        expect(accuracy[0]).toBeCloseTo(run.float32.accuracy[0]!, 6);
        // Batch normalisation's moving means and variances, which no loss of training depends on.
        for (const [v, { sum, sumOfSquares }] of final.entries()) {
          if (v < trainable) continue;
          const expected = run.float32.final[v]!;
          const { finalSum, finalSumOfSquares } = run.noise;
          const bound = (of: number, noise: number) => Math.max(1e-5 * Math.max(1, of), 3 * noise);
          expect(Math.abs(sum - expected.sum), `weight ${v}`).toBeLessThanOrEqual(
            bound(Math.abs(expected.sum), finalSum[v]!),
          );
          expect(Math.abs(sumOfSquares - expected.sumOfSquares), `weight ${v}`).toBeLessThanOrEqual(
            bound(expected.sumOfSquares, finalSumOfSquares[v]!),
          );
        }
        expect(tf.memory().numTensors).toBe(tensors);
      },
    );

    const runs = readFixture<OptimizerRun[]>('parity_optimizers.json');
    it.each(runs)(
      'model $model with $optimizer, label smoothing $labelSmoothing: each loss equals Keras’s',
      async (run) => {
        const { loss } = await train(run, run.loss.length);
        expect(loss).toHaveLength(run.loss.length);
        run.loss.forEach((expected, t) => {
          const gap = Math.abs(loss[t]! - expected);
          expect(gap, `step ${t}`).toBeLessThanOrEqual(
            Math.max(1e-5, 3 * run.largestLossGapToFloat64),
          );
        });
      },
    );
  },
);
