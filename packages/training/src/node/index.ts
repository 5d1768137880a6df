export { type BackupFolderOptions, backupFolder } from './backup-folder.js';
export { type CSVFileOptions, csvLogger, modelCheckpoint } from './callbacks.js';
export { type FileSystem, nodeFileSystem } from './file-system.js';
export { ModelFileError } from './model-file-error.js';
export { loadModel, type ModelFilesOptions, saveModel } from './save-model.js';
export { loadOptimizer, saveOptimizer } from './save-optimizer.js';
