import { describe, expect, it } from 'vitest';
import { codePoints, fixed, padLeft, pythonFloat } from './python-format.js';

describe('fixed', () => {
  it('rounds ties to even, as Python does and toFixed does not', () => {
    expect([0.125, 0.375, 2.5, 0.5, 1.5].map((v) => fixed(v, v < 0.5 ? 2 : 0))).toEqual([
      '0.12',
      '0.38',
      '2',
      '0',
      '2',
    ]);
  });

  it('rounds the binary value, not the decimal that is printed', () => {
    expect(fixed(2.675, 2)).toBe('2.67');
    expect(fixed(1.005, 2)).toBe('1.00');
    expect(fixed(0.15, 1)).toBe('0.1');
  });

  it('prints as many digits as asked for, exactly', () => {
    expect(fixed(0.1, 20)).toBe('0.10000000000000000555');
    expect(fixed(2 ** -60, 60)).toBe(
      '0.000000000000000000867361737988403547205962240695953369140625',
    );
    expect(fixed(1e22, 1)).toBe('10000000000000000000000.0');
    expect(fixed(5e-324, 3)).toBe('0.000');
  });

  it('writes signs and what is no number as Python does', () => {
    expect([-0.125, -0, Number.NaN, Number.POSITIVE_INFINITY].map((v) => fixed(v, 2))).toEqual([
      '-0.12',
      '-0.00',
      'nan',
      'inf',
    ]);
  });
});

it('pythonFloat prints the shortest digits, with .0 and two-digit exponents', () => {
  const shown = [12, 0.1, 1e-4, 1e-5, 1e16, 123456789012345680, 1e15, 1.5e300, -0, 12345.678];
  expect(shown.map(pythonFloat)).toEqual([
    '12.0',
    '0.1',
    '0.0001',
    '1e-05',
    '1e+16',
    '1.2345678901234568e+17',
    '1000000000000000.0',
    '1.5e+300',
    '-0.0',
    '12345.678',
  ]);
});

it('padLeft counts code points', () => {
  expect(codePoints('😀猫')).toBe(2);
  expect(padLeft('😀猫', 4)).toBe('  😀猫');
});
