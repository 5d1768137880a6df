import { beforeAll, describe, expect, it } from 'vitest';
import { useCpu } from './support/cpu.js';
import { parityFiles, readFixture } from './support/fixtures.js';
import { Float64Net } from './support/float64-net.js';
import { formulaWeights, parityModel } from './support/parity-models.js';
import type { ParityRun } from './support/parity-run.js';
import { firstTrainingImages, noRealData, skippedWithoutData } from './support/real-data.js';
import { ReferenceOptimizer } from './support/reference-optimizers.js';

// A step of model B takes a second in plain loops. Two of each show the first update; all 20 of all
// files take ten minutes: CNNKIT_FLOAT64_STEPS=20.
const wanted = process.env.CNNKIT_FLOAT64_STEPS;
const steps = Number(wanted ?? 2);
const strays = (file: string): boolean =>
  Math.max(...readFixture<ParityRun>(`parity/${file}`).noise.lossByStep) > 1e-4;

// The first step of a model is the same whatever the optimizer.
const firstSteps = new Map<string, ReturnType<Float64Net['step']>>();

describe.skipIf(noRealData !== undefined)(`in double precision${skippedWithoutData}`, () => {
  beforeAll(useCpu);

  const all = parityFiles();
  const some = all.filter(strays);
  const files = wanted !== undefined || some.length === 0 ? all : some;
  it.each(files)(
    '%s: the reference optimizer gives Keras’s own double-precision losses',
    (file) => {
      const run = readFixture<ParityRun>(`parity/${file}`);
      const model = parityModel(run.model);
      const net = new Float64Net(model);
      const weights = model
        .getWeights()
        .map((weight, v) =>
          weight.shape.length < 2
            ? Float64Array.from(weight.dataSync())
            : formulaWeights(weight.shape, v),
        );
      model.dispose();
      const optimizer = new ReferenceOptimizer(run.optimizer, run.config);
      // The config is the float32 run's; the double run was given 0.001 and the like.
      const learningRate = Number((run.config.learning_rate as number).toPrecision(7));
      const count = Math.min(steps, run.steps);
      const { images, labels } = firstTrainingImages(run.data, count * run.batch);
      for (let t = 0; t < count; t++) {
        const x = Float64Array.from(
          images.subarray(t * run.batch * 784, (t + 1) * run.batch * 784),
          (byte) => byte / 255,
        );
        const batch = labels.slice(t * run.batch, (t + 1) * run.batch);
        // What a rounding of doubles grows to, given what one of floats grew to.
        const tolerance = Math.max(1e-12, 1e-6 * Math.max(...run.noise.lossByStep.slice(0, t + 1)));
        const check = (loss: number) => {
          const gap = Math.abs(loss - run.float64.loss[t]!);
          expect(gap, `step ${t}`).toBeLessThan(tolerance);
        };
        if (t === count - 1) return check(net.loss(x, batch, weights));
        const key = `${run.model} ${run.data} ${run.batch}`;
        const { loss, gradients } =
          (t === 0 ? firstSteps.get(key) : undefined) ?? net.step(x, batch, weights);
        if (t === 0) firstSteps.set(key, { loss, gradients });
        check(loss);
        optimizer.apply(weights, gradients, learningRate);
      }
    },
    600_000,
  );
});
