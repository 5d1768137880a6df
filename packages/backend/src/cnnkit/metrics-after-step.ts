import { clone, keep, mean, type Tensor, tidy } from '@tensorflow/tfjs-core';

// Metrics that count in JavaScript read targets and outputs of every step, which no command can do for them.
// One that has `afterStep`, as those of `@cnnkit/metrics/tfjs`, is left out of a recorded step, and called
// behind it with the outputs that the step gives beside its values.

type Metric = (yTrue: Tensor, yPred: Tensor) => Tensor;
type MetricOfOutput = readonly [metric: Metric, output: number];

/** What tfjs-layers' train function reads of a compiled model. */
export interface Compiled {
  readonly inputs: readonly unknown[];
  /** One for each output. */
  lossFunctions: readonly Metric[];
  metricsTensors: readonly MetricOfOutput[];
}

/** A metric's `afterStep`, which gives what a call within the step would give; undefined if it has none. */
export function afterStepOf(metric: unknown): Metric | undefined {
  if (typeof metric !== 'function') return undefined;
  const { afterStep } = metric as { afterStep?: unknown };
  return typeof afterStep === 'function' ? (afterStep as Metric) : undefined;
}

/** The outputs that metrics are called with behind a step. */
export function outputsAfterStep({ metricsTensors }: Compiled): number[] {
  const outputs = new Set<number>();
  for (const [metric, output] of metricsTensors) if (afterStepOf(metric)) outputs.add(output);
  return [...outputs];
}

/**
 * Runs a step without these metrics.
 *
 * @returns the step's values but theirs, and behind them the outputs; all of them the caller's
 */
export function stepWithout(
  model: Compiled,
  outputs: readonly number[],
  train: () => Tensor[],
): Tensor[] {
  if (outputs.length === 0) return train();
  const { lossFunctions, metricsTensors } = model;
  const given = new Map<number, Tensor>();
  model.metricsTensors = metricsTensors.filter(([metric]) => !afterStepOf(metric));
  // Beside metrics only its loss sees an output, once in a step.
  model.lossFunctions = lossFunctions.map((loss, output) => (yTrue, yPred) => {
    if (outputs.includes(output)) given.set(output, keep(clone(yPred)));
    return loss(yTrue, yPred);
  });
  try {
    return [...train(), ...outputs.map((output) => given.get(output)!)];
  } catch (error) {
    for (const tensor of given.values()) tensor.dispose();
    throw error;
  } finally {
    Object.assign(model, { lossFunctions, metricsTensors });
  }
}

/** The step's values with those of these metrics, which are called here. Disposes the outputs. */
export function withMetrics(
  model: Compiled,
  outputs: readonly number[],
  results: readonly Tensor[],
  data: readonly (Tensor | null)[],
): Tensor[] {
  if (outputs.length === 0) return [...results];
  const values = results.slice(0, -outputs.length);
  const given = results.slice(-outputs.length);
  try {
    // The loss comes first.
    for (const [i, [metric, output]] of model.metricsTensors.entries()) {
      const afterStep = afterStepOf(metric);
      if (afterStep === undefined) continue;
      const yTrue = data[model.inputs.length + output]!;
      const yPred = given[outputs.indexOf(output)]!;
      const value = tidy(() => mean(afterStep(yTrue, yPred)));
      values.splice(i + 1, 0, value);
    }
    return values;
  } catch (error) {
    for (const tensor of values) tensor.dispose();
    throw error;
  } finally {
    for (const tensor of given) tensor.dispose();
  }
}
