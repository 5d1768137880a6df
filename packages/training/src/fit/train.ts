import type { Logs } from '../callback.js';
import { yieldEvery } from '../internal/yield-to-event-loop.js';
import { type Progress, restoreBackup, saveBackup } from './backup.js';
import type { DropoutSeeds } from './dropout-seeds.js';
import { epochOrder } from './epoch-order.js';
import { evaluateSource } from './evaluate.js';
import type { History, Interruption } from './history.js';
import type { Run } from './run.js';
import { RunningMeans } from './running-means.js';
import { trainStep } from './train-step.js';

/** The loop over epochs. */
export async function train(run: Run, dropout: DropoutSeeds): Promise<History> {
  const { model, context, callbacks, recorder, signal, backup } = run;
  const { epochs } = context.params;
  let logs: Logs = {};
  let interrupted: Interruption | undefined;
  await callbacks.onTrainBegin();
  let progress = await restoreBackup(run);
  const initialEpoch = Math.max(run.initialEpoch, progress?.epoch ?? 0);
  // One clock for all epochs: many short ones must let timers and input through like a long one.
  const pause = yieldEvery(20);
  for (let epoch = initialEpoch; epoch < epochs; epoch++) {
    if (signal?.aborted) {
      interrupted = { epoch, batches: 0, logs: {} };
      if (progress === undefined) await saveBackup(run, epoch, 0, undefined);
      break;
    }
    await callbacks.onEpochBegin(epoch);
    // The epoch has begun once before, and what that did to the rate is in the backup.
    if (progress !== undefined && progress.batch > 0) context.learningRate = progress.learningRate;
    const trained = await trainEpoch(run, dropout, epoch, progress, pause);
    progress = undefined;
    interrupted = trained.interrupted;
    if (interrupted !== undefined) break;
    logs = trained.logs;
    if (run.validation !== undefined && (epoch + 1) % run.validationFreq === 0) {
      const validation = await evaluateUnlessAborted(run, run.validation);
      if (validation === undefined) {
        interrupted = { epoch, batches: context.params.steps, logs };
        await saveBackup(run, epoch, context.params.steps, trained.means);
        break;
      }
      for (const [key, value] of Object.entries(validation)) logs[`val_${key}`] = value;
    }
    await callbacks.onEpochEnd(epoch, logs);
    if (context.stopTraining) break;
    if (backup !== undefined && (backup.saveFreq ?? 'epoch') === 'epoch') {
      await saveBackup(run, epoch + 1, 0, undefined);
    }
  }
  // An interrupted run keeps its backup, and its weights as the next step needs them.
  if (interrupted === undefined || backup === undefined) {
    const optimizer = model.optimizer as { finalizeVariableValues?(): void };
    if (epochs > 0) optimizer.finalizeVariableValues?.();
  }
  if (interrupted === undefined) await backup?.remove?.();
  await callbacks.onTrainEnd(logs);
  return recorder.toHistory(interrupted);
}

interface TrainedEpoch {
  readonly logs: Logs;
  readonly means: RunningMeans;
  readonly interrupted: Interruption | undefined;
}

async function trainEpoch(
  run: Run,
  dropout: DropoutSeeds,
  epoch: number,
  progress: Progress | undefined,
  pause: () => Promise<void> | undefined,
): Promise<TrainedEpoch> {
  const { model, source, objective, context, callbacks, signal } = run;
  const { batchSize, steps } = context.params;
  const order = run.shuffle ? epochOrder(run.samples, run.seed, epoch) : run.samples;
  const means = new RunningMeans(objective.names);
  if (progress?.means) means.restore(progress.means);
  try {
    for (let batch = progress?.batch ?? 0; batch < steps; batch++) {
      await callbacks.onTrainBatchBegin(batch);
      const start = batch * batchSize;
      const end = Math.min(start + batchSize, order.length);
      dropout.set(epoch * steps + batch);
      means.add(
        trainStep(model, model.optimizer, objective, source, order, start, end),
        end - start,
      );
      const wanted = callbacks.needsBatchLogs(batch);
      if (wanted || means.full) await means.flush();
      await callbacks.onTrainBatchEnd(batch, wanted ? means.logs() : {});
      if (context.stopTraining) break;
      await backUpBatch(run, epoch, batch, means);
      await pause();
      if (signal?.aborted && batch + 1 < steps) {
        await means.flush();
        await saveBackup(run, epoch, batch + 1, means);
        const logs = means.logs();
        return { logs, means, interrupted: { epoch, batches: batch + 1, logs } };
      }
    }
    await means.flush();
    return { logs: means.logs(), means, interrupted: undefined };
  } finally {
    means.dispose();
  }
}

async function backUpBatch(
  run: Run,
  epoch: number,
  batch: number,
  means: RunningMeans,
): Promise<void> {
  const { saveFreq = 'epoch' } = run.backup ?? {};
  if (saveFreq === 'epoch') return;
  const done = epoch * run.context.params.steps + batch + 1;
  if (done % saveFreq !== 0) return;
  await means.flush();
  await saveBackup(run, epoch, batch + 1, means);
}

async function evaluateUnlessAborted(
  { callbacks, signal }: Run,
  validation: NonNullable<Run['validation']>,
): Promise<Logs | undefined> {
  try {
    return await evaluateSource({ ...validation, callbacks, signal });
  } catch (error) {
    if (signal?.aborted) return undefined;
    throw error;
  }
}
