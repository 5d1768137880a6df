import { join } from 'node:path';
import { io } from '@tensorflow/tfjs-core';
import type { LayersModel } from '@tensorflow/tfjs-layers';
import { loadLayersModel } from '@tensorflow/tfjs-layers';
import { type FileSystem, nodeFileSystem, writeWhole } from './file-system.js';
import { ModelFileError } from './model-file-error.js';
import { joined, ownBuffer, parseJson, requireWhole, sha256 } from './tensor-file.js';

/** Options of the functions that write and read models. */
export interface ModelFilesOptions {
  /** Default: the machine's own. */
  readonly files?: FileSystem;
}

/**
 * Writes `dir/model.json` and `dir/weights.bin` in the format of tfjs's layers models: plain tfjs
 * loads them (`tf.loadLayersModel` in a browser, from tfjs-node, or by {@link loadModel}).
 *
 * Each file is written beside its name and renamed. A hash of the weights goes into `model.json`,
 * so that a folder with halves of two models is found out.
 *
 * @param dir - Made if it is not there; other files in it stay.
 * @throws ModelFileError with code WRITE
 * @example
 * ```ts
 * await saveModel(model, 'out/model');
 * ```
 */
export async function saveModel(
  model: LayersModel,
  dir: string,
  { files = nodeFileSystem }: ModelFilesOptions = {},
): Promise<void> {
  const artifacts = await artifactsOf(model);
  const weights = joined(artifacts.weightData);
  const json = {
    format: artifacts.format ?? 'layers-model',
    generatedBy: artifacts.generatedBy,
    convertedBy: artifacts.convertedBy ?? null,
    modelTopology: artifacts.modelTopology,
    weightsManifest: [{ paths: ['weights.bin'], weights: artifacts.weightSpecs ?? [] }],
    userDefinedMetadata: {
      ...artifacts.userDefinedMetadata,
      weightsSha256: sha256(weights),
    },
  };
  try {
    await files.mkdir(dir, { recursive: true });
    await writeWhole(files, join(dir, 'weights.bin'), weights);
    await writeWhole(files, join(dir, 'model.json'), JSON.stringify(json));
  } catch (cause) {
    throw new ModelFileError(
      'WRITE',
      `saveModel: dir must be a folder that can be written; ${dir} cannot: ${(cause as Error).message}.`,
      { cause },
    );
  }
}

/**
 * Reads a model that {@link saveModel} or tfjs's own `save` wrote; it is not compiled.
 *
 * @param dir - The folder of `model.json`.
 * @throws ModelFileError with code READ, FORMAT or CORRUPT
 * @example
 * ```ts
 * const model = await loadModel('out/model');
 * ```
 */
export async function loadModel(
  dir: string,
  { files = nodeFileSystem }: ModelFilesOptions = {},
): Promise<LayersModel> {
  const path = join(dir, 'model.json');
  const json = parseJson(path, await read(files, path));
  const { modelTopology, weightsManifest, userDefinedMetadata } = json as {
    modelTopology?: object;
    weightsManifest?: { paths: string[]; weights: io.WeightsManifestEntry[] }[];
    userDefinedMetadata?: Record<string, unknown>;
  };
  if (modelTopology === undefined || !Array.isArray(weightsManifest)) {
    throw new ModelFileError(
      'FORMAT',
      `loadModel: ${path} must hold modelTopology and weightsManifest, as tfjs writes them.`,
    );
  }
  const weightSpecs = weightsManifest.flatMap(({ weights }) => weights);
  const names = weightsManifest.flatMap(({ paths }) => paths);
  const parts = await Promise.all(names.map((name) => read(files, join(dir, name))));
  const weights = joined(parts.map(ownBuffer));
  requireWhole(join(dir, names[0] ?? ''), weights, weightSpecs, userDefinedMetadata?.weightsSha256);
  const artifacts = { modelTopology, weightSpecs, weightData: ownBuffer(weights) };
  return loadLayersModel(io.fromMemory(artifacts));
}

async function artifactsOf(model: LayersModel): Promise<io.ModelArtifacts> {
  let taken: io.ModelArtifacts | undefined;
  await model.save(
    io.withSaveHandler(async (artifacts) => {
      taken = artifacts;
      return { modelArtifactsInfo: { dateSaved: new Date(), modelTopologyType: 'JSON' } };
    }),
  );
  return taken as io.ModelArtifacts;
}

async function read(files: FileSystem, path: string): Promise<Uint8Array> {
  try {
    return await files.readFile(path);
  } catch (cause) {
    throw new ModelFileError(
      'READ',
      `loadModel: dir must hold a saved model; ${path} cannot be read: ${(cause as Error).message}.`,
      { cause },
    );
  }
}
