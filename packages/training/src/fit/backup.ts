import type { Tensor } from '@tensorflow/tfjs-core';
import * as tf from '@tensorflow/tfjs-core';
import { KerasOptimizer } from '../optimizers/keras-optimizer.js';
import type { NamedTensor } from '../optimizers/named-tensor.js';
import { decodeBackup, encodeBackup } from './backup-bytes.js';
import type { Run } from './run.js';
import type { MeansSnapshot, RunningMeans } from './running-means.js';

/** Where a run keeps what it needs to go on after it was stopped. */
export interface Backup {
  /** At the end of each epoch, or every so many batches; always when a signal ends the run. Default: 'epoch'. */
  readonly saveFreq?: 'epoch' | number;
  /** What was saved last, or undefined if nothing was. */
  load(): Promise<Uint8Array | undefined>;
  /** Keeps `bytes` in place of what was saved before, whole or not at all. */
  save(bytes: Uint8Array): Promise<void>;
  /** Called when a run has come to its end. */
  remove?(): Promise<void>;
}

/** How far a run has come. */
export interface Progress {
  readonly epoch: number;
  /** Batches of that epoch that are trained. */
  readonly batch: number;
  readonly means: MeansSnapshot | undefined;
  readonly learningRate: number;
}

interface Header {
  readonly progress: Progress;
  /** What must be the same for the run to go on. */
  readonly params: Readonly<Record<string, number | boolean | string>>;
  readonly optimizer: string;
  readonly counts: readonly [model: number, optimizer: number];
  readonly callbacks: readonly {
    readonly name: string;
    readonly data: unknown;
    readonly tensors: number;
  }[];
}

/** Saves weights, optimizer, callbacks and position, if the run has a backup. */
export async function saveBackup(
  run: Run,
  epoch: number,
  batch: number,
  means: RunningMeans | undefined,
): Promise<void> {
  if (run.backup === undefined) return;
  const { model, context } = run;
  const optimizer = kerasOptimizer(run);
  const ofOptimizer = await optimizer.getWeights();
  try {
    const states = run.all.map((callback) => callback.getState?.());
    const ofModel = model.getWeights();
    const tensors: Tensor[] = [
      ...ofModel,
      ...ofOptimizer.map(({ tensor }) => tensor),
      ...states.flatMap((state) => state?.tensors ?? []),
    ];
    const header: Header = {
      progress: {
        epoch,
        batch,
        means: means?.snapshot(),
        learningRate: context.learningRate,
      },
      params: paramsOf(run),
      optimizer: optimizer.getClassName(),
      counts: [ofModel.length, ofOptimizer.length],
      callbacks: states.map((state, i) => ({
        name: run.all[i]?.constructor.name ?? '',
        data: state?.data ?? null,
        tensors: state?.tensors?.length ?? 0,
      })),
    };
    const names = ofOptimizer.map(({ name }) => name);
    await run.backup.save(await encodeBackup({ ...header, names }, tensors));
  } finally {
    tf.dispose(ofOptimizer.map(({ tensor }) => tensor));
  }
}

/** Puts the run where its backup left it. @returns undefined if there is none to go on from */
export async function restoreBackup(run: Run): Promise<Progress | undefined> {
  const bytes = await run.backup?.load();
  if (bytes === undefined) return undefined;
  const optimizer = kerasOptimizer(run);
  const { header, tensors } = decodeBackup<Header & { readonly names: string[] }>(bytes);
  try {
    requireSameRun(run, header, optimizer);
    const [ofModel, ofOptimizer] = header.counts;
    run.model.setWeights(tensors.slice(0, ofModel));
    const state = tensors.slice(ofModel, ofModel + ofOptimizer);
    await optimizer.setWeights(
      state.map((tensor, i): NamedTensor => ({ name: header.names[i] as string, tensor })),
    );
    let at = ofModel + ofOptimizer;
    header.callbacks.forEach(({ data, tensors: count }, i) => {
      run.all[i]?.setState?.({ data, tensors: tensors.slice(at, at + count) });
      at += count;
    });
    return header.progress;
  } finally {
    tf.dispose(tensors);
  }
}

function requireSameRun(run: Run, header: Header, optimizer: KerasOptimizer): void {
  const now: Record<string, unknown> = {
    ...paramsOf(run),
    optimizer: optimizer.getClassName(),
    callbacks: run.all.map((callback) => callback.constructor.name).join(', '),
  };
  const then: Record<string, unknown> = {
    ...header.params,
    optimizer: header.optimizer,
    callbacks: header.callbacks.map(({ name }) => name).join(', '),
  };
  const key = Object.keys(now).find((name) => now[name] !== then[name]);
  if (key === undefined) return;
  throw new RangeError(
    `fit: the backup must be of this run; its ${key} is ${String(then[key])}, here it is ${String(now[key])}. ` +
      'Remove the backup to start anew.',
  );
}

function paramsOf({ context, seed, shuffle, model, objective }: Run): Header['params'] {
  const { samples, batchSize, steps } = context.params;
  const logs = objective.names.join(', ');
  return { samples, batchSize, steps, seed, shuffle, logs, parameters: model.countParams() };
}

function kerasOptimizer({ model }: Run): KerasOptimizer {
  const optimizer: unknown = model.optimizer;
  if (optimizer instanceof KerasOptimizer) return optimizer;
  throw new TypeError(
    'fit: backup needs an optimizer of this package, whose state can be saved; see createOptimizer.',
  );
}
