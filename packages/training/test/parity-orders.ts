import { useBackend } from '@cnnkit/backend';
import { expect, it } from 'vitest';
import { parityFiles, readFixture } from './support/fixtures.js';
import { lossBounds, type OptimizerRun, type ParityRun, train } from './support/parity-run.js';

// An experiment, outside the tests: `npm run test:orders`. The order of the images within a batch changes nothing but
// roundings, so of how many orders a run strays beyond what float32 itself strays says how exact the kernels are, where
// a single order says how lucky they were: a pool's winner or a relu's side that is all but a tie turns in some and
// not in others. Compare counts of two versions of the kernels on one build (CNNKIT_KERNELS, CNNKIT_WASM_FMA, …).

const orders = Number(process.env.CNNKIT_ORDERS ?? 24);

it('trains in other orders of the images within each batch', { timeout: 7_200_000 }, async () => {
  await useBackend({ backend: 'cnnkit' });
  const cases = [
    ...parityFiles().map((file) => {
      const run = readFixture<ParityRun>(`parity/${file}`);
      const losses = run.float32.loss;
      return { name: file, run: { ...run, labelSmoothing: 0 }, losses, bounds: lossBounds(run) };
    }),
    ...readFixture<OptimizerRun[]>('parity_optimizers.json').map((run) => ({
      name: `${run.model} ${run.optimizer} ${run.labelSmoothing}`,
      run,
      losses: run.loss,
      bounds: run.loss.map(() => Math.max(1e-5, 3 * run.largestLossGapToFloat64)),
    })),
  ];
  const strayed: string[] = [];
  for (let order = 1; order <= orders; order++) {
    for (const { name, run, losses, bounds } of cases) {
      const { loss } = await train(run, losses.length, order);
      expect(loss).toHaveLength(losses.length);
      const gaps = losses.map((expected, step) => Math.abs(loss[step]! - expected));
      const step = gaps.findIndex((gap, at) => !(gap <= bounds[at]!));
      if (step < 0) continue;
      const gap = gaps[step]!.toExponential(1);
      strayed.push(
        `${name}, order ${order}: ${gap} at step ${step}, ${bounds[step]!.toExponential(1)} allowed`,
      );
    }
  }
  console.log(
    [...strayed, `${strayed.length} of ${orders * cases.length} runs strayed`].join('\n'),
  );
  // What is all but a tie turns in any float32; more than one run in ten would be something else.
  expect(strayed.length).toBeLessThan(orders * cases.length * 0.1);
});
