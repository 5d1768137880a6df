import * as tf from '@tensorflow/tfjs-core';
import { describe, expect, test } from 'vitest';
import {
  type ConvolutionPass,
  planWinograd,
  planWithTile,
  type WinogradUse,
} from '../src/cnnkit/kernels/winograd-plan.ts';
import { Activation } from '../src/cnnkit/opcodes.ts';
import { shape } from './winograd-harness.ts';

describe('the choice', () => {
  const tile = (size: [number, number, number, number], filters: number, pass: ConvolutionPass) =>
    planWinograd(shape(size, filters, 'valid'), pass, false)?.m;
  test.each(['forward', 'input', 'filter'] as const)(
    'takes Winograd for a large %s pass, and leaves tiny ones and other kernels alone',
    (pass) => {
      expect(tile([64, 13, 13, 32], 64, pass)).toBe(4);
      expect(tile([64, 5, 5, 64], 64, pass)).toBe(3);
      expect(tile([1, 5, 5, 64], 64, pass)).toBeUndefined();
      expect(tile([1, 4, 4, 256], 256, pass)).toBeUndefined();
      const other = tf.backend_util.computeConv2DInfo([8, 9, 9, 32], [3, 3, 32, 32], 2, 1, 'same');
      expect(planWinograd(other, pass, false)).toBeUndefined();
    },
  );
  test('says no to what does not fit scratch', () => {
    expect(planWithTile(shape([1, 8, 8, 9000], 9000, 'valid'), 'forward', false, 3)).toBe(
      undefined,
    );
    expect(planWithTile(shape([1, 8, 8, 64], 9000, 'valid'), 'filter', false, 3)).toBe(undefined);
  });
});

test('the gradient of the input takes the more exact tiles for small images, other passes what is fastest', () => {
  const choose = (side: number, pass: ConvolutionPass, pooled = false) =>
    planWinograd(shape([64, side, side, 32], 64, 'same'), pass, pooled, 'checked', undefined)?.m;
  const info = shape([64, 13, 13, 32], 64, 'valid');
  expect([6, 7, 8].map((side) => choose(side, 'forward'))).toEqual([3, 4, 4]);
  // Under a pool what covers the image best, where its outputs fit cache before they are pooled.
  const pooled = (side: number, use: WinogradUse, learned?: number) =>
    planWinograd(shape([64, side, side, 32], 64, 'same'), 'forward', true, use, learned)?.m;
  expect([10, 16, 24, 96].map((side) => pooled(side, 'checked'))).toEqual([5, 4, 4, 2]);
  expect([6, 10, 16, 24, 96].map((side) => pooled(side, 'checked', Activation.relu))).toEqual([
    2, 8, 4, 4, 2,
  ]);
  expect(pooled(10, 'all', Activation.relu)).toBe(5);
  expect([6, 7, 8].map((side) => choose(side, 'input'))).toEqual([3, 3, 4]);
  expect([6, 7, 8].map((side) => choose(side, 'filter'))).toEqual([3, 4, 4]);
  for (const pass of ['input', 'filter'] as const) {
    expect(planWinograd(info, pass, false, 'off')).toBeUndefined();
  }
});

test('a forward pass that is learned from is checked with relu, direct without, unless all is asked for', () => {
  const info = shape([64, 13, 13, 32], 64, 'valid');
  const choose = (use: WinogradUse, activation: number | undefined) =>
    planWinograd(info, 'forward', false, use, activation);
  expect(choose('checked', Activation.relu)).toMatchObject({ m: 4, checked: true });
  expect(choose('checked', Activation.linear)).toBeUndefined();
  expect(choose('checked', Activation.sigmoid)).toBeUndefined();
  expect(choose('checked', undefined)?.checked).toBeUndefined();
  expect(choose('gradients', Activation.relu)).toBeUndefined();
  expect(choose('gradients', undefined)).toBeDefined();
  expect(choose('all', Activation.relu)?.checked).toBeUndefined();
  expect(choose('off', undefined)).toBeUndefined();
});
