import { grad, ones, type Tensor, tidy } from '@tensorflow/tfjs-core';
import { layers, sequential } from '@tensorflow/tfjs-layers';
import { describe, expect, it } from 'vitest';
import { onCpuWithoutLeaks } from '../../test/tfjs.js';
import { Dropout } from '../index.js';

onCpuWithoutLeaks();

function drawn(layer: Dropout, shape = [8, 16]): Float32Array {
  return tidy(
    () => (layer.apply(ones(shape), { training: true }) as Tensor).dataSync() as Float32Array,
  ).slice();
}

describe('Dropout', () => {
  it('does nothing outside training', () => {
    const layer = new Dropout({ rate: 0.5, seed: 1 });
    tidy(() => {
      const x = ones([4, 5]);
      for (const kwargs of [{}, { training: false }]) {
        expect((layer.apply(x, kwargs) as Tensor).dataSync()).toEqual(x.dataSync());
      }
    });
  });

  it('draws another mask at every call, the same ones for the same seed', () => {
    const a = new Dropout({ rate: 0.5, seed: 1 });
    const b = new Dropout({ rate: 0.5, seed: 1 });
    const first = drawn(a);
    const second = drawn(a);
    expect(second).not.toEqual(first);
    expect([drawn(b), drawn(b)]).toEqual([first, second]);
  });

  it('starts anew when a seed is assigned, so that a resumed run draws what it would have', () => {
    const layer = new Dropout({ rate: 0.5, seed: 1 });
    layer.seed = 77;
    const first = drawn(layer);
    drawn(layer);
    layer.seed = 77;
    expect(drawn(layer)).toEqual(first);
    expect(layer.seed).toBe(77);
  });

  it('differs from layer to layer without a seed', () => {
    expect(drawn(new Dropout({ rate: 0.5 }))).not.toEqual(drawn(new Dropout({ rate: 0.5 })));
  });

  it('lets the gradient through where it let the value through', () => {
    const layer = new Dropout({ rate: 0.25, seed: 5 });
    tidy(() => {
      const x = ones([3, 40]);
      layer.seed = 5;
      const forward = (layer.apply(x, { training: true }) as Tensor).dataSync();
      layer.seed = 5;
      const back = grad((v: Tensor) => layer.apply(v, { training: true }) as Tensor)(x).dataSync();
      expect(back).toEqual(forward);
      expect(new Set(back)).toEqual(new Set([0, Math.fround(4 / 3)]));
    });
  });

  it('shares the mask along axes of 1 in noiseShape and fills in null', () => {
    const layer = new Dropout({ rate: 0.5, seed: 2, noiseShape: [null, 1, 1, 32] });
    const values = drawn(layer, [2, 3, 3, 32]);
    for (let i = 0; i < values.length; i++) {
      const image = Math.floor(i / 288);
      expect(values[i]).toBe(values[image * 288 + (i % 32)]);
    }
    expect(new Set(values)).toEqual(new Set([0, 2]));
    expect(() => drawn(layer, [2, 32])).toThrow(/noiseShape must have the 2 axes/);
  });

  it('passes everything at rate 0 and nothing at rate 1', () => {
    expect(new Set(drawn(new Dropout({ rate: 0 })))).toEqual(new Set([1]));
    expect(new Set(drawn(new Dropout({ rate: 1 })))).toEqual(new Set([0]));
  });

  it('writes a configuration that plain tfjs reads, with the seed it was made with', () => {
    const layer = new Dropout({ rate: 0.5, seed: 3, noiseShape: [null, 1], name: 'drop' });
    layer.seed = 9;
    expect(layer.getClassName()).toBe('Dropout');
    expect(layer.getConfig()).toMatchObject({ rate: 0.5, seed: 3, noiseShape: [null, 1] });
    const plain = layers.dropout(layer.getConfig() as never);
    expect(plain).not.toBeInstanceOf(Dropout);
    expect(plain.getConfig()).toMatchObject(layer.getConfig());
  });

  it('leaves the name Dropout to tfjs in the registry', () => {
    const model = sequential({ layers: [new Dropout({ rate: 0.5, inputShape: [3] })] });
    const json = model.toJSON(undefined, false) as unknown as { config: { layers: unknown[] } };
    expect(json.config.layers[0]).toMatchObject({ class_name: 'Dropout' });
    expect(layers.dropout({ rate: 0.5 })).not.toBeInstanceOf(Dropout);
    model.dispose();
  });

  it('refuses rates outside [0, 1] and seeds that are no whole numbers', () => {
    expect(() => new Dropout({ rate: 1.5 })).toThrow(/rate must lie in \[0, 1\]; received 1\.5/);
    expect(() => new Dropout({ rate: Number.NaN })).toThrow(RangeError);
    expect(() => new Dropout({ rate: '0.5' as never })).toThrow(TypeError);
    expect(() => new Dropout({ rate: 0.5, seed: 0.5 })).toThrow(TypeError);
    const layer = new Dropout({ rate: 0.5 });
    expect(() => {
      layer.seed = Number.NaN;
    }).toThrow(TypeError);
  });
});
