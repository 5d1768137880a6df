import { join } from 'node:path';
import type { Backup } from '../fit/backup.js';
import { nodeFileSystem, readIfThere, writeWhole } from './file-system.js';
import type { ModelFilesOptions } from './save-model.js';

/** Options of {@link backupFolder}. */
export interface BackupFolderOptions extends ModelFilesOptions {
  /** At the end of each epoch, or every so many batches. Default: 'epoch'. */
  readonly saveFreq?: 'epoch' | number;
  /** Remove the backup when the run has come to its end. Default: true. */
  readonly deleteCheckpoint?: boolean;
}

/**
 * Keeps a run's backup in `dir/backup.ckpt`, as Keras's BackupAndRestore keeps its own: stop the
 * program at any moment, start it again, and the run ends as if it had not stopped, bit for bit.
 *
 * @example
 * ```ts
 * await fit(model, train, { epochs: 50, backup: backupFolder('out/backup', { saveFreq: 200 }) });
 * ```
 */
export function backupFolder(dir: string, options: BackupFolderOptions = {}): Backup {
  const { files = nodeFileSystem, saveFreq = 'epoch', deleteCheckpoint = true } = options;
  if (saveFreq !== 'epoch' && !(Number.isInteger(saveFreq) && saveFreq >= 1)) {
    throw new RangeError(
      `backupFolder: saveFreq must be 'epoch' or a whole number of at least 1; received ${String(saveFreq)}.`,
    );
  }
  const path = join(dir, 'backup.ckpt');
  return {
    saveFreq,
    load: () => readIfThere(files, path),
    async save(bytes) {
      await files.mkdir(dir, { recursive: true });
      await writeWhole(files, path, bytes);
    },
    async remove() {
      if (deleteCheckpoint) await files.rm(path, { force: true });
    },
  };
}
