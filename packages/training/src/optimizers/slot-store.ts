import {
  fill,
  variable as makeVariable,
  type Tensor,
  tidy,
  type Variable,
} from '@tensorflow/tfjs-core';
import type { NamedTensor } from './named-tensor.js';

/** The state of an optimizer: for each slot one tensor a variable, kept as tfjs variables. */
export class SlotStore {
  readonly #owner: string;
  #variables: readonly Variable[] = [];
  #indexByName: ReadonlyMap<string, number> = new Map();
  readonly #slots = new Map<string, readonly Variable[]>();

  constructor(owner: string) {
    this.#owner = owner;
  }

  get built(): boolean {
    return this.#variables.length > 0;
  }

  get variables(): readonly Variable[] {
    return this.#variables;
  }

  get slots(): ReadonlyMap<string, readonly Variable[]> {
    return this.#slots;
  }

  /** @param starts - what each element of each slot starts with */
  build(
    variables: readonly Variable[],
    starts: readonly (readonly [slot: string, start: number])[],
  ): void {
    this.#variables = [...variables];
    this.#indexByName = new Map(variables.map((variable, i) => [variable.name, i]));
    for (const [slot, start] of starts) {
      const made = variables.map(({ shape }) =>
        tidy(() => makeVariable(fill(shape, start), false)),
      );
      this.#slots.set(slot, made);
    }
  }

  indexOf(name: string): number {
    const index = this.#indexByName.get(name);
    if (index === undefined) {
      throw new RangeError(
        `${this.#owner}: variable "${name}" is not one of the ${this.#variables.length} it was built with; ` +
          'make a new optimizer when the set of trainable weights changes.',
      );
    }
    return index;
  }

  /** A slot's tensors; none if the optimizer has no such slot. */
  get(slot: string): readonly Variable[] {
    return this.#slots.get(slot) ?? [];
  }

  pick(slot: string, indices: readonly number[]): Variable[] {
    const all = this.get(slot);
    return indices.map((i) => all[i] as Variable);
  }

  assign(values: readonly NamedTensor[]): void {
    const targets = [...this.#slots.values()].flat();
    if (values.length !== targets.length) {
      throw new RangeError(
        `${this.#owner}: weights must hold ${targets.length} slot tensors; received ${values.length}.`,
      );
    }
    targets.forEach((target, i) => {
      target.assign((values[i] as NamedTensor).tensor as Tensor);
    });
  }

  dispose(): void {
    for (const variable of [...this.#slots.values()].flat()) variable.dispose();
    this.#slots.clear();
    this.#variables = [];
    this.#indexByName = new Map();
  }
}
