import { fail, show } from './fail.js';

/** Throws unless beta is 0 or above (Infinity included). */
export function checkBeta(fn: string, beta: unknown): void {
  if (typeof beta === 'number' && beta >= 0) return;
  fail(fn, 'option_value', `beta must be a number of 0 or above; received ${show(beta)}.`);
}
