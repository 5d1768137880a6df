import {
  add,
  addN,
  clipByValue,
  div,
  maximum,
  minimum,
  mul,
  sqrt,
  square,
  sub,
  sum,
  type Tensor,
} from '@tensorflow/tfjs-core';
import type { ResolvedOptions } from './options.js';

/** Clips gradients as Keras does; the norms stay on the device. Call inside a tidy. */
export function clipGradients(gradients: readonly Tensor[], options: ResolvedOptions): Tensor[] {
  const { clipnorm, globalClipnorm, clipvalue } = options;
  if (clipnorm) {
    return gradients.map((g) => div(mul(g, clipnorm), maximum(sqrt(sum(square(g))), clipnorm)));
  }
  if (globalClipnorm) {
    const norm = sqrt(addN(gradients.map((g) => sum(square(g)))));
    const scale = mul(globalClipnorm, minimum(div(1, norm), 1 / globalClipnorm));
    // norm - norm is 0 for a finite norm and NaN otherwise: an exploded gradient must show.
    const guarded = add(scale, sub(norm, norm));
    return gradients.map((g) => mul(g, guarded));
  }
  if (clipvalue) return gradients.map((g) => clipByValue(g, -clipvalue, clipvalue));
  return [...gradients];
}
