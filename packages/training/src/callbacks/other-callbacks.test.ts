import { beforeAll, describe, expect, it } from 'vitest';
import { useCpu } from '../../test/support/cpu.js';
import {
  compiledToy,
  tensorsLeftBy,
  toyImages,
  toyModel,
  weightsOf,
} from '../../test/support/toy.js';
import { fit } from '../fit/fit.js';
import { Adam } from '../optimizers/adam.js';
import { EarlyStopping } from './early-stopping.js';
import { LambdaCallback } from './lambda-callback.js';
import { LearningRateScheduler } from './learning-rate-scheduler.js';
import { ReduceLROnPlateau } from './reduce-lr-on-plateau.js';
import { SwapEMAWeights } from './swap-ema-weights.js';
import { TerminateOnNaN } from './terminate-on-nan.js';

beforeAll(useCpu);

const data = toyImages(40);

describe('EarlyStopping in a run', () => {
  it('puts the weights of the best epoch back, bit for bit', async () => {
    const model = compiledToy();
    const seen: number[][][] = [];
    const stopping = new EarlyStopping({
      monitor: 'loss',
      mode: 'max',
      patience: 2,
      restoreBestWeights: true,
    });
    const { epoch } = await fit(model, data, {
      epochs: 10,
      callbacks: [{ onEpochEnd: () => void seen.push(weightsOf(model)) }, stopping],
    });
    expect(epoch).toEqual([0, 1, 2]);
    expect([stopping.bestEpoch, stopping.stoppedEpoch]).toEqual([0, 2]);
    expect(weightsOf(model)).toEqual(seen[0]);
  });

  it('keeps no tensor after the run, and can be used again', async () => {
    const model = compiledToy();
    await fit(model, data);
    const stopping = new EarlyStopping({ monitor: 'loss', patience: 1, restoreBestWeights: true });
    const left = await tensorsLeftBy(async () => {
      await fit(model, data, { epochs: 3, callbacks: [stopping] });
      await fit(model, data, { epochs: 3, callbacks: [stopping] });
    });
    expect(left).toBe(0);
  });

  it('knows which way accuracy goes', async () => {
    const stopping = new EarlyStopping({ monitor: 'val_accuracy', patience: 20 });
    const { history } = await fit(compiledToy(), data, {
      epochs: 6,
      batchSize: 8,
      validationSplit: 0.2,
      callbacks: [stopping],
    });
    expect(stopping.best).toBe(Math.max(...history.val_accuracy!));
  });
});

describe('rates in a run', () => {
  it('change at the start of an epoch and are logged', async () => {
    const scheduler = new LearningRateScheduler((epoch) => (epoch === 0 ? 0.5 : 0.25));
    const model = compiledToy();
    const { history } = await fit(model, data, { epochs: 2, callbacks: [scheduler] });
    expect(history.learning_rate).toEqual([0.5, 0.25]);
    expect((model.optimizer as Adam).learningRate).toBe(0.25);
  });

  it('fall on a plateau', async () => {
    const plateau = new ReduceLROnPlateau({
      monitor: 'loss',
      mode: 'max',
      patience: 1,
      factor: 0.5,
    });
    const { history } = await fit(compiledToy(), data, { epochs: 3, callbacks: [plateau] });
    const rate = Math.fround(0.02);
    expect(history.learning_rate).toEqual([rate, rate, rate / 2]);
  });
});

describe('other callbacks in a run', () => {
  it('TerminateOnNaN ends it at the batch', async () => {
    const model = compiledToy();
    (model.optimizer as Adam).learningRate = 1e38;
    const { history } = await fit(model, data, {
      epochs: 9,
      batchSize: 4,
      callbacks: [new TerminateOnNaN()],
    });
    expect(history.loss).toHaveLength(1);
    expect(Number.isFinite(history.loss![0]!)).toBe(false);
  });

  it('SwapEMAWeights validates with the averages and trains with the weights', async () => {
    const model = toyModel();
    model.compile({
      optimizer: new Adam({ useEma: true, emaMomentum: 0.9 }),
      loss: 'sparseCategoricalCrossentropy',
    });
    const steps: number[][][] = [];
    const spy = new LambdaCallback({
      onTrainBatchEnd: () => void steps.push(weightsOf(model)),
      onEpochBegin: (epoch) => {
        if (epoch > 0) expect(weightsOf(model)).toEqual(steps.at(-1));
      },
      onTestEnd: () => void expect(weightsOf(model)).not.toEqual(steps.at(-1)),
    });
    await fit(model, data, {
      epochs: 2,
      batchSize: 8,
      validationSplit: 0.2,
      callbacks: [spy, new SwapEMAWeights()],
    });
    expect(steps).toHaveLength(8);
  });

  it('SwapEMAWeights needs an optimizer that keeps averages', async () => {
    const run = fit(compiledToy(), data, {
      validationSplit: 0.2,
      callbacks: [new SwapEMAWeights()],
    });
    await expect(run).rejects.toThrow(/useEma: true/);
  });
});
