import type { LayersModel } from '@tensorflow/tfjs-layers';
import type { LabelledSource } from './batch.js';
import { batchSource } from './batch-source.js';
import type { ScaleOptions, TrainingData } from './data.js';
import type { Objective } from './objective.js';
import { targetsOf } from './targets.js';
import { sampleWeights } from './weights.js';

/** Checks `data` against itself, the model and what it was compiled for. */
export function labelledSource(
  name: string,
  model: LayersModel,
  data: TrainingData,
  options: ScaleOptions & { readonly batchSize: number; readonly objective: Objective },
): LabelledSource {
  const samples = batchSource(name, model, data, options.batchSize, options);
  const targets = targetsOf(name, 'images' in data ? data.labels : data.ys, samples.count);
  options.objective.check(name, targets);
  return { samples, targets, weights: sampleWeights(name, data.sampleWeight, samples.count) };
}
