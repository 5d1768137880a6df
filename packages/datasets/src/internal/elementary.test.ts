import { expect, test } from 'vitest';
import { exp, log, sinCosOfDegrees } from './elementary.js';

const near = (value: number, expected: number, units = 4) =>
  expect(Math.abs(value - expected)).toBeLessThanOrEqual(
    units * Number.EPSILON * Math.abs(expected) + Number.MIN_VALUE,
  );

test('sines and cosines are those of Math, and exact at quarter turns', () => {
  for (let degrees = -720; degrees <= 720; degrees += 0.37) {
    const { sin, cos } = sinCosOfDegrees(degrees);
    const radians = ((degrees % 360) * Math.PI) / 180;
    expect(Math.abs(sin - Math.sin(radians))).toBeLessThan(2e-15);
    expect(Math.abs(cos - Math.cos(radians))).toBeLessThan(2e-15);
  }
  const quarters = [-90, 0, 90, 180, 270, 360].map((degrees) => {
    const { sin, cos } = sinCosOfDegrees(degrees);
    return [sin + 0, cos + 0];
  });
  expect(quarters).toEqual([
    [-1, 0],
    [0, 1],
    [1, 0],
    [0, -1],
    [-1, 0],
    [0, 1],
  ]);
});

test('exp is that of Math down to the least number, and 0 below', () => {
  for (let x = 0; x > -700; x -= 0.173) near(exp(x), Math.exp(x));
  expect(exp(0)).toBe(1);
  expect(exp(-745)).toBeLessThanOrEqual(Number.MIN_VALUE);
  expect(exp(-1e9)).toBe(0);
  expect(exp(Number.NEGATIVE_INFINITY)).toBe(0);
});

test('log is that of Math', () => {
  for (let x = 1e-60; x < 1e6; x *= 1.093) near(log(x), Math.log(x));
  for (let x = 0.5; x < 2; x += 0.00097) near(log(x), Math.log(x));
  expect(log(1)).toBe(0);
});
