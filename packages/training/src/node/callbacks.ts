import { dirname } from 'node:path';
import { CSVLogger } from '../callbacks/csv-logger.js';
import { ModelCheckpoint, type ModelCheckpointOptions } from '../callbacks/model-checkpoint.js';
import { nodeFileSystem, readIfThere, writeWhole } from './file-system.js';
import { type ModelFilesOptions, saveModel } from './save-model.js';

/**
 * {@link ModelCheckpoint} that writes folders tfjs can load: `path` is the folder's name, such as
 * `checkpoints/{epoch:02d}-{val_loss:.2f}`.
 */
export function modelCheckpoint(
  path: string,
  options: Omit<ModelCheckpointOptions, 'save'> & ModelFilesOptions = {},
): ModelCheckpoint {
  const { files = nodeFileSystem } = options;
  const save: ModelCheckpointOptions['save'] = (model, dir) => saveModel(model, dir, { files });
  return new ModelCheckpoint(path, { ...options, save });
}

/** Options of {@link csvLogger}. */
export interface CSVFileOptions extends ModelFilesOptions {
  /** Between columns. Default: ','. */
  readonly separator?: string;
  /** Go on with a file that is there, header and all. Default: false, replace it. */
  readonly append?: boolean;
}

/** {@link CSVLogger} that keeps a file, replaced as a whole at the end of each epoch. */
export function csvLogger(path: string, options: CSVFileOptions = {}): CSVLogger {
  const { files = nodeFileSystem, append = false, separator = ',' } = options;
  return new CSVLogger({
    separator,
    ...(append
      ? { read: async () => new TextDecoder().decode(await readIfThere(files, path)) }
      : {}),
    write: async (text) => {
      await files.mkdir(dirname(path), { recursive: true });
      await writeWhole(files, path, text);
    },
  });
}
