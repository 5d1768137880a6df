export type { IntegerArrays, IntegerType } from './integer-type.js';
export { type ChoiceOptions, type NumericArray, RandomState } from './random-state.js';
export type { RandomStateSnapshot } from './random-state-snapshot.js';
