import * as tfl from '@tensorflow/tfjs-layers';
import { beforeAll, describe, expect, it } from 'vitest';
import { useCpu } from '../../test/support/cpu.js';
import { compiledToy as compiled, toyImages, toyModel, weightsOf } from '../../test/support/toy.js';
import { type FitOptions, fit } from './fit.js';

beforeAll(useCpu);

const data = toyImages(50);

describe('fit refuses', () => {
  const bad = async (options: FitOptions, given: unknown = data, model = compiled()) => {
    const before = weightsOf(model);
    const error = await fit(model, given as never, options).catch((e: unknown) => e as Error);
    expect(weightsOf(model)).toEqual(before);
    return error instanceof Error ? `${error.name} ${error.message}` : 'no error';
  };

  it('options out of range', async () => {
    expect(await bad({ epochs: -1 })).toMatch(/RangeError fit: epochs .* received -1/);
    expect(await bad({ epochs: 1.5 })).toMatch(/received 1.5/);
    expect(await bad({ batchSize: 0 })).toMatch(/batchSize .* received 0/);
    expect(await bad({ validationSplit: 1 })).toMatch(/\[0, 1\); received 1/);
    expect(await bad({ validationSplit: 0.99 })).toMatch(/leaves 0 to train and 50/);
    expect(await bad({ scale: Number.NaN })).toMatch(/scale must be a finite number/);
  });

  it('data that do not fit each other or the model', async () => {
    const shape = [50, 4, 4, 1] as const;
    expect(await bad({}, { ...data, shape: [50, 4, 5, 1] })).toMatch(
      /must hold 1000 values; received 800/,
    );
    expect(await bad({}, { ...data, labels: new Int32Array(49) })).toMatch(/received 49 labels/);
    expect(await bad({}, { ...data, labels: new Int32Array(50).fill(4) })).toMatch(
      /0 to 3.*received 4 for sample 0/,
    );
    expect(
      await bad({}, { images: data.images, labels: data.labels, shape: [50, 16, 1, 1] }),
    ).toMatch(/input shape \[4, 4, 1\]; received \[16, 1, 1\]/);
    expect(
      await bad({}, { images: new Uint8Array(), labels: new Int32Array(), shape: [0, 4, 4, 1] }),
    ).toMatch(/at least one sample/);
    const xs = new Float32Array(800);
    expect(await bad({}, { xs, shape, ys: new Float32Array(100) })).toMatch(
      /4 targets a sample.*received 2/,
    );
  });

  it('what is no data, saying where batches go', async () => {
    for (const given of [null, [], [data][Symbol.iterator](), { length: 3 }, { xs: [1] }]) {
      expect(await bad({}, given)).toMatch(
        /TypeError fit: data must be \{ images, labels, shape \} .* option batches/,
      );
    }
    expect(await bad({ validationData: {} as never })).toMatch(
      /TypeError fit: validationData: data must be .* received keys \[\]/,
    );
  });

  it('a pixel that is no number, saying where', async () => {
    const xs = new Float32Array(800);
    xs[16 * 7 + 3] = Number.NaN;
    const given = { xs, shape: [50, 4, 4, 1], ys: data.labels };
    expect(await bad({}, given)).toMatch(/xs must be finite; received NaN in sample 7/);
  });

  it('a model that is not compiled, or has several outputs', async () => {
    expect(await bad({}, data, toyModel())).toMatch(/TypeError fit: model must be compiled/);
    const input = tfl.input({ shape: [4, 4, 1] });
    const outputs = [1, 2].map(() => tfl.layers.flatten().apply(input) as tfl.SymbolicTensor);
    const model = tfl.model({ inputs: input, outputs });
    expect(await bad({}, data, model)).toMatch(/one input and one output; received 1 and 2/);
  });

  it('a second run of a model while the first goes on', async () => {
    const model = compiled();
    const first = fit(model, data);
    await expect(fit(model, data)).rejects.toThrow(/in training already/);
    await first;
  });
});
