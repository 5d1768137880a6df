import type { Logs } from '../callback.js';
import { yieldEvery } from '../internal/yield-to-event-loop.js';
import { type Progress, restoreBackup, saveBackup } from './backup.js';
import type { DropoutSeeds } from './dropout-seeds.js';
import { EpochOpener } from './epoch-opener.js';
import { evaluateSource } from './evaluate.js';
import type { History, Interruption } from './history.js';
import type { Run } from './run.js';
import { RunningMeans } from './running-means.js';
import { Trainer } from './train-step.js';

/** Trains all epochs; when it is done, for whatever reason, no source of batches is left open. */
export async function train(run: Run, dropout: DropoutSeeds): Promise<History> {
  const opener = new EpochOpener(run.open);
  const trainer = new Trainer(run.model, run.objective);
  try {
    return await trainEpochs({ run, dropout, opener, trainer, pause: yieldEvery(20) });
  } finally {
    await run.objective.counted.end();
    await opener.close();
  }
}

async function trainEpochs(training: Training): Promise<History> {
  const { run } = training;
  const { model, context, callbacks, recorder, signal, backup } = run;
  const { epochs } = context.params;
  let logs: Logs = {};
  let interrupted: Interruption | undefined;
  await callbacks.onTrainBegin();
  let progress = await restoreBackup(run);
  const initialEpoch = Math.max(run.initialEpoch, progress?.epoch ?? 0);
  for (let epoch = initialEpoch; epoch < epochs; epoch++) {
    if (signal?.aborted) {
      interrupted = { epoch, batches: 0, logs: {} };
      if (progress === undefined) await saveBackup(run, epoch, 0, undefined);
      break;
    }
    await callbacks.onEpochBegin(epoch);
    // The epoch has begun once before, and what that did to the rate is in the backup.
    if (progress?.means !== undefined) context.learningRate = progress.learningRate;
    const trained = await trainEpoch(training, epoch, progress);
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

interface Training {
  readonly run: Run;
  readonly dropout: DropoutSeeds;
  readonly opener: EpochOpener;
  readonly trainer: Trainer;
  /** One clock for all epochs: many short ones must let timers and input through like a long one. */
  readonly pause: () => Promise<void> | undefined;
}

interface TrainedEpoch {
  readonly logs: Logs;
  readonly means: RunningMeans;
  readonly interrupted: Interruption | undefined;
}

async function trainEpoch(
  { run, dropout, opener, trainer, pause }: Training,
  epoch: number,
  progress: Progress | undefined,
): Promise<TrainedEpoch> {
  const { objective, context, callbacks, signal } = run;
  const { epochs, steps } = context.params;
  const means = new RunningMeans(objective.names);
  if (progress?.means) means.restore(progress.means);
  const first = progress?.batch ?? 0;
  const batches = opener.open(epoch, first);
  objective.counted.begin('training');
  const logsSoFar = () => objective.counted.complete(means.logs(), 'training');
  const interruptedAt = async (batch: number): Promise<TrainedEpoch> => {
    await means.flush();
    await saveBackup(run, epoch, batch, means);
    const logs = await logsSoFar();
    return { logs, means, interrupted: { epoch, batches: batch, logs } };
  };
  try {
    for (let batch = first; batch < steps; batch++) {
      const coming = batches.next();
      const given = coming instanceof Promise ? await coming : coming;
      if (given === undefined) return await interruptedAt(batch);
      await callbacks.onTrainBatchBegin(batch);
      dropout.set(epoch * steps + batch);
      const values = trainer.step(given);
      means.add(values, given.shape[0] as number, objective.counts(given));
      batches.release();
      if (batch + 1 === steps && epoch + 1 < epochs) opener.openAhead(epoch + 1);
      const wanted = callbacks.needsBatchLogs(batch);
      if (wanted || means.full) await means.flush();
      await callbacks.onTrainBatchEnd(batch, wanted ? await logsSoFar() : {});
      if (context.stopTraining) break;
      await backUpBatch(run, epoch, batch, means);
      await pause();
      if (signal?.aborted && batch + 1 < steps) return await interruptedAt(batch + 1);
    }
    await means.flush();
    return { logs: await logsSoFar(), means, interrupted: undefined };
  } finally {
    means.dispose();
    await batches.close();
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
