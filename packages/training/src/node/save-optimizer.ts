import { join } from 'node:path';
import { dispose, io } from '@tensorflow/tfjs-core';
import { createOptimizer } from '../optimizers/create-optimizer.js';
import type { KerasOptimizer } from '../optimizers/keras-optimizer.js';
import type { NamedTensor } from '../optimizers/named-tensor.js';
import { nodeFileSystem, writeWhole } from './file-system.js';
import { ModelFileError } from './model-file-error.js';
import type { ModelFilesOptions } from './save-model.js';
import { joined, ownBuffer, parseJson, requireWhole, sha256 } from './tensor-file.js';

/**
 * Writes an optimizer and all its state to `dir/optimizer.json` and `dir/optimizer.bin`, beside a
 * model if you like: what a run needs to go on as if it had not stopped.
 *
 * @throws ModelFileError with code WRITE
 */
export async function saveOptimizer(
  optimizer: KerasOptimizer,
  dir: string,
  { files = nodeFileSystem }: ModelFilesOptions = {},
): Promise<void> {
  const weights = await optimizer.getWeights();
  try {
    const { data, specs } = await io.encodeWeights(weights);
    const bytes = joined(data);
    const json = {
      format: 'cnnkit-optimizer-1',
      className: optimizer.getClassName(),
      config: optimizer.getConfig(),
      weightSpecs: specs,
      weightsSha256: sha256(bytes),
    };
    await files.mkdir(dir, { recursive: true });
    await writeWhole(files, join(dir, 'optimizer.bin'), bytes);
    await writeWhole(files, join(dir, 'optimizer.json'), JSON.stringify(json));
  } catch (cause) {
    throw new ModelFileError(
      'WRITE',
      `saveOptimizer: dir must be a folder that can be written; ${dir} cannot: ${(cause as Error).message}.`,
      { cause },
    );
  } finally {
    dispose(weights.map(({ tensor }) => tensor));
  }
}

/**
 * Reads what {@link saveOptimizer} wrote. Compile the model with it: its state is in place with the
 * first step.
 *
 * @param into - An optimizer of the same class to load the state into, instead of a new one; needed
 *   if the learning rate is a function of your own, which no file can hold.
 * @throws ModelFileError with code READ, FORMAT or CORRUPT
 */
export async function loadOptimizer(
  dir: string,
  { files = nodeFileSystem, into }: ModelFilesOptions & { readonly into?: KerasOptimizer } = {},
): Promise<KerasOptimizer> {
  const path = join(dir, 'optimizer.json');
  let contents: [json: Uint8Array, bytes: Uint8Array];
  try {
    contents = [await files.readFile(path), await files.readFile(join(dir, 'optimizer.bin'))];
  } catch (cause) {
    throw new ModelFileError(
      'READ',
      `loadOptimizer: ${dir} must hold a saved optimizer: ${(cause as Error).message}.`,
      {
        cause,
      },
    );
  }
  const json = parseJson(path, contents[0]);
  if (json.format !== 'cnnkit-optimizer-1' || typeof json.className !== 'string') {
    throw new ModelFileError('FORMAT', `loadOptimizer: ${path} is not a saved optimizer.`);
  }
  const specs = json.weightSpecs as io.WeightsManifestEntry[];
  requireWhole(join(dir, 'optimizer.bin'), contents[1], specs, json.weightsSha256);
  const tensors = io.decodeWeights(ownBuffer(contents[1]), specs);
  try {
    const optimizer =
      into ?? createOptimizer(json.className, json.config as Record<string, unknown>);
    await optimizer.setWeights(
      specs.map(({ name }): NamedTensor => ({ name, tensor: tensors[name]! })),
    );
    return optimizer;
  } finally {
    dispose(tensors);
  }
}
