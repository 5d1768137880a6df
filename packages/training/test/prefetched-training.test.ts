import { useBackend } from '@cnnkit/backend';
import { batches, generateDigits } from '@cnnkit/datasets';
import { prefetchBatches, shareDataset } from '@cnnkit/datasets/prefetch';
import { basicCnn } from '@cnnkit/models';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Adam, type BatchMaker, fit } from '../src/index.js';
import { prefetchWorker } from './support/prefetch-worker.js';
import { weightsOf } from './support/toy.js';

// A batch's memory goes back to its maker while the device may still work on the step: what was
// uploaded must be a copy by then.
describe('on the backend whose device runs behind JavaScript', () => {
  const train = generateDigits({ count: 300, seed: 1 });
  const augment = [{ kind: 'rotate', degrees: 10 }] as const;
  let thread: Awaited<ReturnType<typeof prefetchWorker>>;
  beforeAll(async () => {
    await useBackend({ backend: 'cnnkit' });
    thread = await prefetchWorker();
  });
  afterAll(() => thread.remove());

  const weightsAfter = async (make: BatchMaker | undefined): Promise<number[][]> => {
    const model = basicCnn({ filters: [8, 8], seed: 1 });
    model.compile({
      optimizer: new Adam(),
      loss: 'sparseCategoricalCrossentropy',
      metrics: ['accuracy'],
    });
    await fit(model, train, {
      epochs: 3,
      seed: 2,
      classWeight: { 3: 2 },
      ...(make === undefined ? {} : { batches: make }),
    });
    const weights = weightsOf(model);
    model.dispose();
    return weights;
  };

  it('batches from a maker, and from a thread, give the weights of the data themselves', async () => {
    const plain = await weightsAfter(undefined);
    expect(await weightsAfter((at) => batches(train, at))).toEqual(plain);
    const shared = shareDataset(train);
    const { worker } = thread;
    expect(await weightsAfter((at) => prefetchBatches(shared, { ...at, worker }))).toEqual(plain);

    const augmented = await weightsAfter((at) => batches(train, { ...at, augment }));
    expect(augmented).not.toEqual(plain);
    expect(await weightsAfter((at) => prefetchBatches(shared, { ...at, augment, worker }))).toEqual(
      augmented,
    );
  });
});
