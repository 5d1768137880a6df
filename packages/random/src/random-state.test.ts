import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { RandomState } from './index.js';

describe('seeds', () => {
  it('takes a list of words, of any length', () => {
    expect([...new RandomState([1, 2, 3]).permutation(6)]).toEqual([0, 2, 4, 5, 3, 1]);
    const words = Uint32Array.from({ length: 700 }, (_, i) => i);
    expect([...new RandomState(words).randint(0, 100, 4)]).toEqual([64, 60, 79, 86]);
  });

  it('takes an array of one number for that number, and a list of one for a list, as NumPy does', () => {
    expect([...new RandomState(Uint32Array.of(5)).randint(0, 1000, 3)]).toEqual([867, 206, 701]);
    expect(new RandomState(Uint32Array.of(5)).bytes(8)).toEqual(new RandomState(5).bytes(8));
    expect([...new RandomState([5]).randint(0, 1000, 3)]).toEqual([69, 57, 153]);
  });

  it('starts somewhere else each time without a seed', () => {
    expect(new RandomState().nextUint32()).not.toBe(new RandomState().nextUint32());
  });

  it('refuses what is no seed', () => {
    expect(() => new RandomState(-1)).toThrow(RangeError);
    expect(() => new RandomState(1.5)).toThrow(TypeError);
    expect(() => new RandomState(Number.NaN)).toThrow(TypeError);
    expect(() => new RandomState([])).toThrow(/at least one word/);
    expect(() => new RandomState([1, -1])).toThrow(
      /seed\[1\] must lie in \[0, 2\^32 - 1\]; received -1/,
    );
    expect(() => new RandomState('42' as never)).toThrow(TypeError);
    expect(() => new RandomState(null as never)).toThrow(TypeError);
  });
});

describe('randint', () => {
  // Answers of NumPy 2.4.6, RandomState(3).
  it('draws every type as NumPy does', () => {
    const draw = (low: number, high: number, size: number, dtype: 'int8') => [
      ...new RandomState(3).randint(low, high, size, dtype),
    ];
    expect(draw(-100, 100, 6, 'int8')).toEqual([6, -77, -99, 41, 52, -94]);
    expect(draw(-30000, 30000, 5, 'int16' as 'int8')).toEqual([
      -24006, 6097, -28312, -25365, -18487,
    ]);
    expect(draw(0, 2 ** 32, 3, 'uint32' as 'int8')).toEqual([2365658986, 303761048, 3041471737]);
    expect(draw(-(2 ** 31), 2 ** 31, 3, 'int32' as 'int8')).toEqual([
      218175338, -1843722600, 893988089,
    ]);
    expect(draw(-(2 ** 52), 2 ** 52, 3, 'int64' as 'int8')).toEqual([
      -4196380312926568, -1920873270942077, 2458199283164104,
    ]);
  });

  it('returns the array its type names', () => {
    const random = new RandomState(0);
    expect(random.randint(0, 2, 3, 'bool')).toBeInstanceOf(Uint8Array);
    expect(random.randint(0, 2, 3, 'int16')).toBeInstanceOf(Int16Array);
    expect(random.randint(0, 2, 3)).toBeInstanceOf(Float64Array);
    expect(random.randint(5)).toBeTypeOf('number');
  });

  it('stays in its range, and an empty or foreign range throws', () => {
    fc.assert(
      fc.property(
        fc.nat(2 ** 32 - 1),
        fc.integer(),
        fc.integer({ min: 1, max: 2 ** 31 }),
        (seed, low, span) => {
          for (const value of new RandomState(seed).randint(low, low + span, 5)) {
            expect(value).toBeGreaterThanOrEqual(low);
            expect(value).toBeLessThan(low + span);
          }
        },
      ),
    );
    const random = new RandomState(0);
    expect(() => random.randint(3, 3)).toThrow(/low must be below high; received 3 and 3/);
    expect(() => random.randint(0)).toThrow(RangeError);
    expect(() => random.randint(0, 257, 1, 'uint8')).toThrow(/\[0, 256\] for uint8/);
    expect(() => random.randint(0, 2 ** 60)).toThrow(RangeError);
    expect(() => random.randint(-(2 ** 53) + 1, 2 ** 53 - 1)).toThrow(/high - low/);
    expect(() => random.randint(0.5, 2)).toThrow(TypeError);
    expect(() => random.randint(0, 2, 1, 'float32' as 'int8')).toThrow(/one of bool, int8/);
    expect(() => random.randint(0, 2, -1)).toThrow(RangeError);
  });
});

describe('single values', () => {
  it('come from the same draws as arrays do', () => {
    const random = new RandomState(3);
    expect(random.randint(7)).toBe(2);
    expect(random.randomSample()).toBe(0.07072488001099086);
    expect(random.uniform()).toBe(0.8399490437724049);
    expect(random.normal()).toBeCloseTo(0.18412820337989788, 15);
    expect(random.choice(5)).toBe(3);
    expect(random.choice(['a', 'b', 'c'])).toBe('c');
    expect(random.permutation(['a', 'b', 'c'])).toEqual(['a', 'c', 'b']);
    expect(random.standardNormal()).toBeCloseTo(-1.00595516771351, 14);
  });

  it('bytes are the words of the generator, lowest byte first', () => {
    expect([...new RandomState(3).bytes(7)]).toEqual([106, 23, 1, 141, 152, 6, 27]);
    const random = new RandomState(0);
    expect(random.bytes(0)).toHaveLength(0);
    expect([...random.randint(0, 100, 3)]).toEqual([47, 64, 67]);
  });
});

describe('choice', () => {
  const p = [0.1, 0.05, 0.5, 0.2, 0.1, 0.05];

  it('draws by weight without replacement as NumPy does', () => {
    const draw = (seed: number, size: number) => [
      ...new RandomState(seed).choice(6, size, { replace: false, p }),
    ];
    expect(draw(3, 4)).toEqual([2, 3, 5, 0]);
    expect(draw(11, 6)).toEqual([2, 0, 3, 1, 4, 5]);
  });

  it('takes weights that sum to 1 as nearly as their type allows', () => {
    const thirds = new Float32Array(3).fill(1 / 3);
    expect([...new RandomState(0).choice(3, 5, { p: thirds })]).toEqual([1, 2, 1, 1, 1]);
    const nine = { p: Float32Array.of(0.9, 0.1) };
    expect([...new RandomState(0).choice(2, 5, nine)]).toEqual([0, 0, 0, 0, 0]);
    expect(() => new RandomState(0).choice(3, 5, { p: Array.from(thirds) })).toThrow(/sum to 1/);
    expect(() => new RandomState(0).choice(2, 5, { p: Float32Array.of(0.9, 0.2) })).toThrow(
      /sum to 1/,
    );
  });

  it('refuses samples that cannot be drawn', () => {
    const random = new RandomState(0);
    expect(() => random.choice(3, 4, { replace: false })).toThrow(/must not exceed the 3 values/);
    expect(() => random.choice(3, 2, { replace: false, p: [1, 0, 0] })).toThrow(/the 1 values/);
    expect(() => random.choice(0)).toThrow(/at least one value/);
    expect(() => random.choice(2, 1, { p: [0.5, 0.6] })).toThrow(/sum to 1/);
    expect(() => random.choice(2, 1, { p: [1.5, -0.5] })).toThrow(/negative/);
    expect(() => random.choice(2, 1, { p: [1] })).toThrow(/2 probabilities; received 1/);
    expect(random.choice(0, 0)).toHaveLength(0);
  });
});

describe('shuffle and permutation', () => {
  it('keep every element, and permutation leaves its argument alone', () => {
    const values = Float32Array.from({ length: 50 }, (_, i) => i / 2);
    const shuffled = new RandomState(8).permutation(values);
    expect(shuffled).toBeInstanceOf(Float32Array);
    expect([...values]).toEqual(Array.from({ length: 50 }, (_, i) => i / 2));
    expect(shuffled).not.toEqual(values);
    expect([...shuffled].sort((a, b) => a - b)).toEqual([...values]);
  });

  it('refuse a length that is none', () => {
    expect(() => new RandomState(0).permutation(-1)).toThrow(RangeError);
    expect(() => new RandomState(0).permutation(1.5)).toThrow(TypeError);
  });
});

describe('normal and uniform', () => {
  it('refuse parameters that make no distribution', () => {
    const random = new RandomState(0);
    expect(() => random.normal(0, -1)).toThrow(/scale must not be negative/);
    expect(() => random.normal(Number.NaN)).toThrow(/loc must be finite/);
    expect(() => random.uniform(0, Number.POSITIVE_INFINITY)).toThrow(RangeError);
    expect(() => random.uniform(-1e308, 1e308)).toThrow(/high - low must be finite/);
  });
});
