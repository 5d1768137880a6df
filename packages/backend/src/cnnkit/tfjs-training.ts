import { engine, type Optimizer, serialization, type Tensor } from '@tensorflow/tfjs-core';
import { CnnkitBackend } from './backend.js';
import { type Compiled, outputsAfterStep, stepWithout, withMetrics } from './metrics-after-step.js';
import { learnPureLayers } from './pure-layers.js';
import { forgetStepsOf, type RecordedStep } from './recorded-step.js';

// A training step of tfjs-layers is some 170 operations of tfjs, most of them on a few numbers, and a
// third of its time on this backend is JavaScript. Where nothing but tfjs's own parts is in the model, all
// these steps send the same commands, and from the third on they are sent without the operations.
// tfjs-layers has no hook for this, so its models' `makeTrainFunction` is replaced by one that asks which
// backend is current; see `tfjs-layers.ts`.

/** Inputs, targets, and sample weights, null where there are none. */
type TrainData = (Tensor | null)[];
type TrainFunction = (data: TrainData) => Tensor[];
interface Gradient {
  readonly name: string;
  readonly tensor: Tensor;
}

/** The members of tfjs-layers' LayersModel that count; most are private to TypeScript only. */
interface LayersModel extends Compiled {
  makeTrainFunction(): TrainFunction;
  dispose(...args: unknown[]): unknown;
  readonly model?: LayersModel;
  readonly optimizer_: Optimizer;
  readonly collectedTrainableWeights: unknown;
}

/** A model's step on a backend, and the names of the variables its gradients are of. */
interface ModelStep {
  readonly backend: CnnkitBackend;
  readonly step: RecordedStep;
  names: string[];
}

const REPLACED: unique symbol = Symbol('cnnkit');
const steps = new WeakMap<LayersModel, ModelStep>();

function stepOf(model: LayersModel, backend: CnnkitBackend): ModelStep {
  const known = steps.get(model);
  if (known?.backend === backend) return known;
  const made = { backend, step: backend.recordStep(model), names: [] };
  steps.set(model, made);
  return made;
}

/** All that decides what a step does beside inputs and weights; undefined if that cannot be told. */
function conditionsOf(model: LayersModel, backend: CnnkitBackend): unknown[] | undefined {
  const conditions = backend.stepAssumptions(model, model.optimizer_, true);
  conditions?.push(model.lossFunctions, model.metricsTensors, model.collectedTrainableWeights);
  return conditions;
}

/** What a step gives and what its optimizer would step by, without the optimizer's step. */
function withoutUpdate(
  optimizer: Optimizer,
  train: () => Tensor[],
): { values: Tensor[]; gradients: Gradient[] } {
  const gradients: Gradient[] = [];
  optimizer.applyGradients = (given) => {
    for (const { name, tensor } of given as unknown as { name: string; tensor?: Tensor | null }[]) {
      // Who called this disposes what it has given.
      if (tensor != null) gradients.push({ name, tensor: tensor.clone() });
    }
  };
  try {
    return { values: train(), gradients };
  } finally {
    delete (optimizer as Partial<Optimizer>).applyGradients;
  }
}

function trainRecorded(model: LayersModel, train: TrainFunction, data: TrainData): Tensor[] {
  const { backend } = engine();
  if (!(backend instanceof CnnkitBackend)) return train(data);
  const conditions = conditionsOf(model, backend);
  if (conditions === undefined) return train(data);
  const own = stepOf(model, backend);
  const optimizer = model.optimizer_;
  const present = data.filter((tensor) => tensor != null);
  for (const tensor of data) conditions.push(tensor == null);
  const update = backend.updateAssumptions(optimizer);
  if (update !== undefined) conditions.push(...update);
  const outputs = outputsAfterStep(model);
  const { values, gradients } = own.step.run(present, conditions, (inputs) => {
    let at = 0;
    const given = data.map((tensor) => (tensor == null ? null : inputs[at++]!));
    const compute = () => stepWithout(model, outputs, () => train(given));
    if (update !== undefined) return { values: compute(), gradients: [] };
    const step = withoutUpdate(optimizer, compute);
    own.names = step.gradients.map(({ name }) => name);
    return { values: step.values, gradients: step.gradients.map(({ tensor }) => tensor) };
  });
  if (update === undefined) {
    const named = gradients.map((tensor, i) => ({ name: own.names[i]!, tensor }));
    optimizer.applyGradients(named);
    for (const tensor of gradients) tensor.dispose();
  }
  return withMetrics(model, outputs, values, data);
}

/** Lets tfjs-layers' models repeat the commands of their steps wherever this backend is current. */
export function recordTfjsTraining(): void {
  const { classNameMap } = serialization.SerializationMap.getMap();
  const registered = classNameMap.Model as unknown as [{ prototype: LayersModel }] | undefined;
  const prototype = registered?.[0].prototype;
  if (prototype === undefined || !('makeTrainFunction' in prototype)) return;
  if (Object.hasOwn(prototype, REPLACED)) return;
  Object.defineProperty(prototype, REPLACED, { value: true });
  learnPureLayers();
  const { makeTrainFunction } = prototype;
  prototype.makeTrainFunction = function () {
    const train = makeTrainFunction.call(this);
    return (data) => trainRecorded(this, train, data);
  };
  const { dispose } = prototype;
  prototype.dispose = function (...args) {
    const result = dispose.apply(this, args);
    forgetStepsOf(this);
    // A Sequential hands all work on to a model inside.
    if (this.model != null) forgetStepsOf(this.model);
    return result;
  };
}
