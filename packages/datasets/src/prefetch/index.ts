export { type PrefetchOptions, prefetchBatches } from './prefetch-batches.js';
export { shareDataset } from './share-dataset.js';
