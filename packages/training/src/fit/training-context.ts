import type { Optimizer } from '@tensorflow/tfjs-core';
import type { LayersModel } from '@tensorflow/tfjs-layers';
import type { TrainingContext, TrainingParams } from '../callback.js';

/** What tfjs's optimizers hold, under whatever protection. */
interface RateHolder {
  learningRate?: number;
  setLearningRate?(value: number): void;
}

/** The context of a run, or of callbacks driven without one. */
export function createTrainingContext(model: LayersModel, params: TrainingParams): TrainingContext {
  return {
    model,
    params,
    stopTraining: false,
    get learningRate(): number {
      return (holder(model).learningRate as number | undefined) ?? Number.NaN;
    },
    set learningRate(value: number) {
      const optimizer = holder(model);
      // tfjs's SGD keeps a scalar of its rate, which only this method renews.
      if (optimizer.setLearningRate !== undefined) optimizer.setLearningRate(value);
      else optimizer.learningRate = value;
    },
  };
}

function holder(model: LayersModel): RateHolder {
  return model.optimizer as Optimizer | undefined as unknown as RateHolder;
}
