import { expect, it } from 'vitest';
import { RandomState, type RandomStateSnapshot } from './index.js';

it('goes on after JSON with the same numbers, the waiting normal included', () => {
  const random = new RandomState(9);
  random.standardNormal(1);
  const state = JSON.parse(JSON.stringify(random.getState())) as RandomStateSnapshot;
  // NumPy 2.4.6: RandomState(9), one standard_normal, get_state(legacy=False).
  expect(state).toMatchObject({ pos: 4, hasGauss: true });
  expect(state.gauss).toBeCloseTo(-0.2895440692501988, 15);
  expect(state.key.slice(0, 2)).toEqual([3797526626, 2068080642]);

  const resumed = new RandomState(1);
  resumed.standardNormal(1);
  resumed.setState(state);
  expect([...resumed.standardNormal(5)]).toEqual([...random.standardNormal(5)]);
  expect([...resumed.permutation(1000)]).toEqual([...random.permutation(1000)]);
});

it('is a copy: drawing on does not change it, and two generators do not share it', () => {
  const random = new RandomState(1);
  const state = random.getState();
  const first = random.randomSample(700);
  const again = new RandomState(2);
  again.setState(state);
  expect(again.randomSample(700)).toEqual(first);
  expect(state).toEqual(new RandomState(1).getState());
});

it('refuses what is no state', () => {
  const random = new RandomState(1);
  const state = random.getState();
  const bad: [object, RegExp][] = [
    [{ ...state, algorithm: 'PCG64' }, /algorithm/],
    [{ ...state, key: state.key.slice(1) }, /key must hold 624/],
    [{ ...state, key: state.key.map(() => -1) }, /key/],
    [{ ...state, pos: 625 }, /pos/],
    [{ ...state, gauss: Number.NaN }, /gauss/],
    [{}, /algorithm/],
  ];
  for (const [value, message] of bad) {
    expect(() => random.setState(value as RandomStateSnapshot)).toThrow(message);
  }
  expect(random.getState()).toEqual(state);
});
