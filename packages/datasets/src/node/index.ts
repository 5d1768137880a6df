export { type CacheFolderOptions, cacheFolder } from '../download/cache-folder.js';
export {
  type ImageFolder,
  type ImageFolderOptions,
  loadImageFolder,
} from './load-image-folder.js';
export { type PrefetchOptions, prefetchBatches, shareDataset } from './prefetch-batches.js';
