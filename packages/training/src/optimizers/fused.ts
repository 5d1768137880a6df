import {
  engine,
  getBackend,
  getKernel,
  type NamedAttrMap,
  type NamedTensorMap,
  type Tensor,
  type Variable,
} from '@tensorflow/tfjs-core';

/**
 * One optimizer step over all variables as one kernel, for backends that have it.
 *
 * Inputs are `w0, w1, …` (weights), `g0, g1, …` (gradients) and one series a slot (`m0, m1, …`);
 * `attrs.count` says how many of each. Outputs are the new weights, then each slot's new values in
 * the order the slots are named here. Shapes and dtypes (float32) stay. Scalars come as the float32
 * the formula needs, so a kernel computes no power and no root of a scalar:
 *
 * | kernel | slots | one element, in this order |
 * |---|---|---|
 * | CnnkitSgdUpdate | none | w -= learningRate·g |
 * | CnnkitMomentumUpdate | m | m = momentum·m − learningRate·g; w += nesterov ? momentum·m − learningRate·g : m |
 * | CnnkitAdamUpdate | m, v | m += (g−m)·oneMinusBeta1; v += (g²−v)·oneMinusBeta2; w -= alpha·m / (√v + epsilon) |
 * | CnnkitAmsgradUpdate | m, v, h | m, v as Adam; h = max(h, v); w -= alpha·m / (√h + epsilon) |
 * | CnnkitNadamUpdate | m, v | m, v as Adam; w -= learningRate·(m·mScale + g·gScale) / (√(v·vScale) + epsilon) |
 * | CnnkitAdamaxUpdate | m, u | m += (g−m)·oneMinusBeta1; u = max(beta2·u, abs(g)); w -= alpha·m / (u + epsilon) |
 * | CnnkitRmspropUpdate | v | v = rho·v + oneMinusRho·g²; w -= learningRate·g / √(v + epsilon) |
 * | CnnkitRmspropMomentumUpdate | v, m | v as above; m = momentum·m + learningRate·g / √(v + epsilon); w -= m |
 * | CnnkitRmspropCenteredUpdate | v, c | v as above; c = rho·c + oneMinusRho·g; w -= learningRate·g / √(v − c² + epsilon) |
 * | CnnkitRmspropCenteredMomentumUpdate | v, m, c | v, c as above; m = momentum·m + learningRate·g / √(v − c² + epsilon); w -= m |
 * | CnnkitAdagradUpdate | a | a += g²; w -= learningRate·g / √(a + epsilon) |
 * | CnnkitAdadeltaUpdate | a, d | a = rho·a + oneMinusRho·g²; δ = −g·√(d + epsilon) / √(a + epsilon); d = rho·d + oneMinusRho·δ²; w += learningRate·δ |
 * | CnnkitLionUpdate | m | w -= learningRate·sign(beta1·m + oneMinusBeta1·g); m = beta2·m + oneMinusBeta2·g |
 * | CnnkitAverageUpdate | none | w = momentum·w + oneMinusMomentum·g, where w are averages and g the weights they are of |
 */
export interface FusedUpdate {
  readonly kernel: string;
  /** By the letter of its input, in the order of the outputs. */
  readonly slots: Readonly<Record<string, readonly Variable[]>>;
  readonly attrs: Readonly<Record<string, number | boolean>>;
}

/** A backend that takes an update as it is, and makes no tensors for what changes in place. */
interface Updater {
  updateVariables?(update: {
    readonly kernel: string;
    readonly variables: readonly Variable[];
    readonly gradients: readonly Tensor[];
    readonly slots: readonly (readonly Variable[])[];
    readonly attrs: Readonly<Record<string, number | boolean>>;
  }): void;
}

/**
 * Runs `update` if the current backend registers its kernel, and assigns what it returns.
 *
 * @returns false, with nothing touched, if the backend has no such kernel.
 */
export function runFused(
  variables: readonly Variable[],
  gradients: readonly Tensor[],
  update: FusedUpdate,
): boolean {
  if (getKernel(update.kernel, getBackend()) === undefined) return false;
  const direct = engine().backend as Updater;
  if (direct.updateVariables !== undefined) {
    const { kernel, attrs } = update;
    const slots = Object.values(update.slots);
    direct.updateVariables({ kernel, variables, gradients, slots, attrs });
    return true;
  }
  const inputs: NamedTensorMap = {};
  variables.forEach((variable, i) => {
    inputs[`w${i}`] = variable;
    inputs[`g${i}`] = gradients[i] as Tensor;
  });
  for (const [letter, slot] of Object.entries(update.slots)) {
    slot.forEach((variable, i) => {
      inputs[`${letter}${i}`] = variable;
    });
  }
  const attrs: NamedAttrMap = { count: variables.length, ...update.attrs };
  const outputs = engine().runKernel<Tensor[]>(update.kernel, inputs, attrs);
  const targets = [...variables, ...Object.values(update.slots).flat()];
  if (outputs.length !== targets.length) {
    throw new Error(
      `${update.kernel}: backend ${getBackend()} returned ${outputs.length} tensors for ${targets.length} variables.`,
    );
  }
  targets.forEach((target, i) => {
    const output = outputs[i] as Tensor;
    target.assign(output);
    // Only the variable holds the new values, so that another update may be made in place.
    output.dispose();
  });
  return true;
}
