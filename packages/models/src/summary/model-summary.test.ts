import { readFileSync } from 'node:fs';
import { input, type LayersModel, layers, model, sequential } from '@tensorflow/tfjs-layers';
import { describe, expect, it } from 'vitest';
import { buildKerasModel, kerasModels } from '../../test/keras-models.js';
import { onCpuWithoutLeaks } from '../../test/tfjs.js';
import { basicCnn, Dropout, modelSummary } from '../index.js';

onCpuWithoutLeaks();

describe('modelSummary equals Keras', () => {
  it.each(kerasModels())('$name', (described) => {
    const built = buildKerasModel(described);
    expect(`${modelSummary(built)}\n\n`).toBe(described.summary);
    expect(built.countParams()).toBe(described.total);
    expect(built.layers.map((layer) => layer.countParams())).toEqual(
      described.layers.map(({ params }) => params),
    );
    expect(built.layers.map((layer) => (layer.outputShape as number[]).slice(1))).toEqual(
      described.layers.map(({ outputShape }) => outputShape),
    );
    built.dispose();
  });
});

interface RecordedSummary {
  name: string;
  options: { line_length?: number; show_trainable?: boolean };
  summary: string;
}

const recorded: RecordedSummary[] = JSON.parse(
  readFileSync(new URL('../../fixtures/summaries.json', import.meta.url), 'utf8'),
);

describe('modelSummary at other widths equals Keras', () => {
  it.each(recorded)('$name', ({ name, options, summary }) => {
    const build = builders[name.replace(/( at |,).*/, '')]!;
    const built = build();
    const text = modelSummary(built, {
      lineLength: options.line_length!,
      showTrainable: options.show_trainable === true,
    });
    expect(`${text}\n\n`).toBe(summary);
    built.dispose();
    // tfjs counts a shared layer twice and gives its weights up only at the second time.
    if (name.startsWith('shared')) built.layers.find(({ name }) => name === 'dense')!.dispose();
  });
});

const builders: Record<string, () => LayersModel> = {
  sequential: () =>
    sequential({
      name: 'sequential',
      layers: [
        layers.conv2d({
          inputShape: [28, 28, 1],
          filters: 32,
          kernelSize: 3,
          name: 'a_rather_long_name_for_a_convolution_layer',
        }),
        layers.maxPooling2d({ name: 'max_pooling2d' }),
        layers.batchNormalization({ name: 'batch_normalization' }),
        new Dropout({ rate: 0.5, name: 'dropout' }),
        layers.flatten({ name: 'flatten' }),
        layers.dense({ units: 10, name: 'dense' }),
      ],
    }),
  frozen: () => {
    const built = builders.sequential!();
    built.layers[0]!.trainable = false;
    return built;
  },
  residual: () => {
    const image = input({ shape: [32, 32, 3], name: 'input_layer' });
    const conv = (name: string) =>
      layers.conv2d({ filters: 8, kernelSize: 3, padding: 'same', name });
    const a = conv('conv2d').apply(image);
    const b = conv('conv2d_1').apply(a);
    const sum = layers.add({ name: 'add' }).apply([a, b] as never);
    const relu = layers.reLU({ name: 're_lu' }).apply(sum);
    const all = layers.concatenate({ name: 'concatenate' }).apply([relu, image] as never);
    const pooled = layers
      .globalAveragePooling2d({ name: 'global_average_pooling2d' } as never)
      .apply(all);
    const outputs = layers.dense({ units: 10, name: 'dense' }).apply(pooled) as never;
    return model({ inputs: image, outputs, name: 'functional' });
  },
  'functional chain': () => {
    const image = input({ shape: [28, 28, 1], name: 'input_layer' });
    const maps = layers.conv2d({ filters: 4, kernelSize: 3, name: 'conv2d' }).apply(image);
    const flat = layers.flatten({ name: 'flatten' }).apply(maps);
    const outputs = layers.dense({ units: 10, name: 'dense' }).apply(flat) as never;
    return model({ inputs: image, outputs, name: 'functional' });
  },
  'shared layer': () => {
    const a = input({ shape: [16], name: 'input_layer' });
    const b = input({ shape: [16], name: 'input_layer_1' });
    const shared = layers.dense({ units: 8, name: 'dense' });
    const outputs = layers
      .add({ name: 'add' })
      .apply([shared.apply(a), shared.apply(b)] as never) as never;
    return model({ inputs: [a, b], outputs, name: 'functional' });
  },
};

describe('modelSummary', () => {
  it('takes names for the model and its layers, and counts what the optimizer keeps', () => {
    const built = basicCnn({ top: false });
    const layerNames = built.layers.map((_, i) => `layer_${i}`);
    const text = modelSummary(built, { name: 'partial', layerNames, optimizerParameters: 2048 });
    expect(text).toMatch(/^Model: "partial"\n/);
    expect(text).toContain('│ layer_4 (Conv2D) ');
    expect(text).toContain(' Total params: 57,792 (225.75 KB)\n');
    expect(text).toMatch(/ Optimizer params: 2,048 \(8\.00 KB\)$/);
    built.dispose();
  });

  it('refuses lines too short and names of another number', () => {
    const built = basicCnn();
    expect(() => modelSummary(built, { lineLength: 15 })).toThrow(/leave every column 4/);
    expect(() => modelSummary(built, { layerNames: ['a'] })).toThrow(/name the 8 layers/);
    expect(() => modelSummary(built, { positions: [0.5, 1] })).toThrow(/positions/);
    built.dispose();
  });
});
