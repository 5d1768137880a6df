export { type CacheFolderOptions, cacheFolder } from '../download/cache-folder.js';
export {
  type ImageFolder,
  type ImageFolderOptions,
  loadImageFolder,
} from './load-image-folder.js';
