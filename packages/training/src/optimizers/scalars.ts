import { type Scalar, scalar } from '@tensorflow/tfjs-core';

/** Constants of one step, uploaded once and used for every variable. Call inside a tidy. */
export function scalars<T extends readonly number[]>(...values: T): { [K in keyof T]: Scalar } {
  return values.map((value) => scalar(value)) as { [K in keyof T]: Scalar };
}
