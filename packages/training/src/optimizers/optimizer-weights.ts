import { scalar, type Variable } from '@tensorflow/tfjs-core';
import type { NamedTensor } from './named-tensor.js';

interface State {
  readonly iterations: number;
  readonly learningRate: number | undefined;
  readonly scalar: number | undefined;
  readonly variables: readonly Variable[];
  readonly slots: ReadonlyMap<string, readonly Variable[]>;
}

/** `iter` and `learning_rate` first, then a scalar if there is one, then slot after slot. All tensors are new. */
export function saveOptimizerWeights(state: State): NamedTensor[] {
  const saved: NamedTensor[] = [{ name: 'iter', tensor: scalar(state.iterations, 'int32') }];
  if (state.learningRate !== undefined) {
    saved.push({ name: 'learning_rate', tensor: scalar(state.learningRate) });
  }
  if (state.scalar !== undefined) saved.push({ name: 'scalar', tensor: scalar(state.scalar) });
  for (const [slot, variables] of state.slots) {
    variables.forEach((variable, i) => {
      const name = `${(state.variables[i] as Variable).name}/${slot}`;
      saved.push({ name, tensor: variable.clone() });
    });
  }
  return saved;
}

interface Loaded {
  readonly iterations: number;
  readonly learningRate: number | undefined;
  readonly scalar: number | undefined;
  readonly slots: readonly NamedTensor[];
}

export async function loadOptimizerWeights(
  optimizer: string,
  weights: readonly NamedTensor[],
): Promise<Loaded> {
  const [first, ...rest] = weights;
  if (first?.name !== 'iter') {
    throw new RangeError(
      `${optimizer}: weights must start with "iter", as getWeights gives them; received ${
        first === undefined ? 'none' : `"${first.name}"`
      }.`,
    );
  }
  const take = async (name: string): Promise<number | undefined> => {
    if (rest[0]?.name !== name) return undefined;
    const taken = rest.shift() as NamedTensor;
    return (await taken.tensor.data())[0];
  };
  const iterations = (await first.tensor.data())[0] as number;
  const learningRate = await take('learning_rate');
  const state = await take('scalar');
  return { iterations, learningRate, scalar: state, slots: rest };
}
