import { describe, expect, it } from 'vitest';
import { pythonFixed, pythonFloat, pythonTemplate } from './python-format.js';

describe('pythonFloat', () => {
  it.each([
    [1, '1.0'],
    [-0, '-0.0'],
    [0.0001, '0.0001'],
    [0.00001, '1e-05'],
    [1e-7, '1e-07'],
    [1.5e22, '1.5e+22'],
    [1e16, '1e+16'],
    [123456789012345680, '1.2345678901234568e+17'],
    [9999999999999998, '9999999999999998.0'],
    [1e100, '1e+100'],
    [NaN, 'nan'],
    [Infinity, 'inf'],
    [-Infinity, '-inf'],
  ])('writes %d as repr does', (value, text) => {
    expect(pythonFloat(value)).toBe(text);
  });
});

describe('pythonFixed', () => {
  it.each([
    [0.125, 2, '0.12'],
    [0.375, 2, '0.38'],
    [-0.125, 2, '-0.12'],
    [2.5, 0, '2'],
    [3.5, 0, '4'],
    [2.675, 2, '2.67'],
    [1e-7, 2, '0.00'],
  ])('rounds %d to %d places, ties to even', (value, decimals, text) => {
    expect(pythonFixed(value, decimals)).toBe(text);
  });
});

describe('pythonTemplate', () => {
  it('fills width, zeros and decimals', () => {
    const values = { epoch: 7, val_loss: 0.125, loss: 3 };
    expect(
      pythonTemplate('{epoch:02d}-{val_loss:.2f}-{epoch}-{loss}-{loss:8.3f}-{loss:.1e}', values),
    ).toBe('07-0.12-7-3.0-   3.000-3.0e+00');
  });

  it('names the key it does not know, and those it does', () => {
    expect(() => pythonTemplate('{nothing}', { epoch: 1 })).toThrow(/'nothing'; known are epoch/);
    expect(() => pythonTemplate('{epoch:x}', { epoch: 1 })).toThrow(/format "x"/);
  });
});
