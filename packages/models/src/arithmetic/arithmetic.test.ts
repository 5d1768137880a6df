import { layers, sequential } from '@tensorflow/tfjs-layers';
import { describe, expect, it } from 'vitest';
import { buildKerasModel, kerasModels } from '../../test/keras-models.js';
import { onCpuWithoutLeaks } from '../../test/tfjs.js';
import { basicCnn, convOutputSize, convParameters, denseParameters, modelCost } from '../index.js';

onCpuWithoutLeaks();

describe('convOutputSize', () => {
  it('is (W - K + 2P) / S + 1', () => {
    expect(convOutputSize(28, { kernelSize: 3 })).toBe(26);
    expect(convOutputSize(7, { kernelSize: 3, stride: 2 })).toBe(3);
    expect(convOutputSize(227, { kernelSize: 11, stride: 4 })).toBe(55);
    expect(convOutputSize(28, { kernelSize: 5, padding: 2 })).toBe(28);
    expect(convOutputSize(28, { kernelSize: 3, dilation: 2 })).toBe(24);
    expect(convOutputSize(28, { kernelSize: 4, stride: 3, padding: 'same' })).toBe(10);
  });

  it('refuses a stride that does not fit, unless the rest may be dropped', () => {
    expect(() => convOutputSize(10, { kernelSize: 3, stride: 2 })).toThrow(
      'convOutputSize: stride must divide 7, the way the kernel can move; received 2.',
    );
    expect(convOutputSize(10, { kernelSize: 3, stride: 2, floor: true })).toBe(4);
  });

  it('refuses a kernel larger than its input', () => {
    expect(() => convOutputSize(4, { kernelSize: 5 })).toThrow(/must fit into 4 pixels/);
    expect(convOutputSize(4, { kernelSize: 5, padding: 1 })).toBe(2);
    expect(() => convOutputSize(5, { kernelSize: 3, dilation: 3 })).toThrow(/reaches over 7/);
    expect(() => convOutputSize(0, { kernelSize: 1 })).toThrow(RangeError);
    expect(() => convOutputSize(5, { kernelSize: 1.5 })).toThrow(TypeError);
    expect(() => convOutputSize(5, { kernelSize: 1, padding: 'full' as never })).toThrow(TypeError);
  });
});

describe('parameters', () => {
  it('count kernels and biases', () => {
    expect(convParameters({ inChannels: 1, filters: 32, kernelSize: 3 })).toBe(320);
    expect(convParameters({ inChannels: 32, filters: 64, kernelSize: [3, 3] })).toBe(18496);
    expect(convParameters({ inChannels: 3, filters: 8, kernelSize: 5, useBias: false })).toBe(600);
    expect(denseParameters(784, 512)).toBe(401920);
    expect(denseParameters(1280 * 720, 512)).toBe(471859712);
    expect(denseParameters(4, 2, false)).toBe(8);
    expect(() => denseParameters(0, 2)).toThrow(RangeError);
  });

  it.each(kerasModels())('and outputs agree with Keras: $name', ({ inputShape, layers }) => {
    let shape = inputShape;
    for (const { type, config, params, outputShape } of layers) {
      if (type === 'Dense') {
        expect(denseParameters(shape.at(-1)!, config.units)).toBe(params);
      }
      if (type === 'Conv2D') {
        const inChannels = shape.at(-1)!;
        const { filters, kernel_size: kernelSize } = config;
        expect(convParameters({ inChannels, filters, kernelSize })).toBe(params);
      }
      if (type === 'Conv2D' || type.endsWith('Pooling2D')) {
        const kernels: number[] | undefined = config.kernel_size ?? config.pool_size;
        kernels?.forEach((kernelSize, axis) => {
          const { padding, strides } = config;
          const options = { kernelSize, stride: strides[axis], padding, floor: true };
          expect(convOutputSize(shape[axis]!, options)).toBe(outputShape[axis]);
        });
      }
      shape = outputShape;
    }
  });
});

describe('modelCost', () => {
  it('counts the products of every layer of the basic network', () => {
    const model = basicCnn();
    const cost = modelCost(model);
    expect(cost.parameters).toBe(93322);
    expect(cost.layers.map((layer) => layer.multiplyAdds)).toEqual([
      26 * 26 * 32 * 9,
      0,
      11 * 11 * 64 * 9 * 32,
      0,
      3 * 3 * 64 * 9 * 64,
      0,
      576 * 64,
      64 * 10,
    ]);
    expect(cost.multiplyAdds).toBe(2794240);
    expect(cost.activations).toBe(21632 + 5408 + 7744 + 1600 + 576 + 576 + 64 + 10);
    model.dispose();
  });

  it('knows the other convolutions and the normalisations', () => {
    const model = buildKerasModel(kerasModels().find(({ name }) => name === 'all layer kinds')!);
    const costs = new Map(modelCost(model).layers.map((layer) => [layer.className, layer]));
    expect(costs.get('BatchNormalization')!.multiplyAdds).toBe(16 * 16 * 12);
    expect(costs.get('DepthwiseConv2D')!.multiplyAdds).toBe(16 * 16 * 12 * 9);
    expect(costs.get('SeparableConv2D')!.multiplyAdds).toBe(16 * 16 * (12 * 9 + 12 * 24));
    expect(costs.get('Conv2DTranspose')!.multiplyAdds).toBe(8 * 8 * 24 * 9 * 10);
    model.dispose();
  });

  it('refuses a layer whose products it does not know', () => {
    const model = sequential({
      layers: [layers.embedding({ inputDim: 4, outputDim: 2, inputLength: 3 })],
    });
    expect(() => modelCost(model)).toThrow(/received Embedding/);
    model.dispose();
  });
});
