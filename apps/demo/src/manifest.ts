import type { ChosenBackend } from '@cnnkit/backend';
import type { DemoData } from './load-data.js';
import type { DemoOptions } from './options.js';
import type { TrainingResult } from './train.js';
import { machine, versions } from './versions.js';

/** What a run was made of and what came out: enough to do it again and to know whether it is the same. */
export interface Manifest {
  readonly finished: string;
  readonly versions: Record<string, string>;
  readonly machine: { readonly os: string; readonly cpu: string; readonly cores: number };
  readonly seed: number;
  readonly options: Omit<DemoOptions, 'dataNamed' | 'out'>;
  readonly data: {
    readonly name: string;
    readonly licence: string;
    readonly trainImages: number;
    readonly testImages: number;
    readonly files: DemoData['files'];
  };
  readonly backend: ChosenBackend;
  /** Undefined where the backend does not say. */
  readonly threads: number | undefined;
  readonly interrupted: boolean;
  readonly results: {
    readonly testLoss: number;
    readonly testAccuracy: number;
    readonly trainingMs: number;
    readonly samplesPerSecond: number;
    readonly peakRssBytes: number;
    readonly epochs: number;
  };
}

export function makeManifest(run: {
  readonly options: DemoOptions;
  readonly data: DemoData;
  readonly backend: ChosenBackend;
  readonly result: TrainingResult;
  readonly interrupted: boolean;
}): Manifest {
  const { data, backend, result, interrupted } = run;
  const { dataNamed: _, out: __, ...options } = run.options;
  return {
    finished: new Date().toISOString(),
    versions: versions(),
    machine: machine(),
    seed: options.seed,
    options,
    data: {
      name: data.name,
      licence: data.licence,
      trainImages: data.train.shape[0],
      testImages: data.test.shape[0],
      files: data.files,
    },
    backend,
    threads: backend.threads,
    interrupted,
    results: {
      testLoss: result.testLoss,
      testAccuracy: result.testAccuracy,
      trainingMs: result.trainingMs,
      samplesPerSecond: result.samplesPerSecond,
      // maxRSS is in kilobytes on every platform.
      peakRssBytes: process.resourceUsage().maxRSS * 1024,
      epochs: result.history.epoch.length,
    },
  };
}
