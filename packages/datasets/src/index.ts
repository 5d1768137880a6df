export { type GunzipOptions, gunzip } from './archives/gunzip.js';
export {
  type AffineMatrix,
  affineImage,
  compose,
  rotation,
  shearing,
  translation,
  zooming,
} from './augment/affine.js';
export { augmentDataset } from './augment/augment-dataset.js';
export { type AugmentImageOptions, augmentImage } from './augment/augment-image.js';
export type {
  Augmentation,
  BrightnessStep,
  ContrastStep,
  CropStep,
  CutoutStep,
  ElasticStep,
  FillMode,
  FillOptions,
  FlipStep,
  ImageShape,
  NoiseStep,
  RotateStep,
  ShearStep,
  ShiftStep,
  ZoomStep,
} from './augment/augmentation.js';
export { elasticImage, smoothField } from './augment/elastic.js';
export { cutmix, type MixOptions, mixup } from './augment/mix.js';
export {
  addNoise,
  adjustBrightness,
  adjustContrast,
  cropPadded,
  cutout,
  flipImage,
} from './augment/pixels.js';
export { type Warp, warpImage } from './augment/warp.js';
export { type Batch, type Batches, type BatchOptions, batches } from './batches/batches.js';
export type { ScalingOptions } from './batches/pixel-table.js';
export { datasetCatalog } from './catalog/catalog.js';
export { cifar100CoarseNames } from './catalog/cifar.js';
export type { DatasetInfo, Mirror, PublishedFile } from './catalog/dataset-info.js';
export type { EmnistSplit } from './catalog/emnist.js';
export { type ChannelStatistics, channelStatistics } from './channel-statistics.js';
export {
  type CifarDatasetOptions,
  datasetFromCifar,
  datasetToCifar,
} from './cifar/cifar-dataset.js';
export { type CsvDatasetOptions, datasetFromCsv } from './csv/dataset-from-csv.js';
export { DatasetError, type DatasetErrorCode } from './dataset-error.js';
export { describe } from './describe.js';
export { type GenerateDigitsOptions, generateDigits } from './digits/generate-digits.js';
export { datasetFromIdx, type IdxDatasetOptions } from './idx/idx-dataset.js';
export { type IdxArray, type IdxData, parseIdx } from './idx/parse-idx.js';
export { datasetToIdx, writeIdx } from './idx/write-idx.js';
export { createImageDataset, type ImageDataset } from './image-dataset.js';
export {
  datasetFromImages,
  type ImageFile,
  type ImagesOptions,
  type ImagesResult,
} from './images/dataset-from-images.js';
export {
  type DecodedImage,
  type DecodeImageOptions,
  decodeImage,
} from './images/decode-image.js';
export { resizeImage } from './images/resize.js';
export { datasetInfo, downloadDataset } from './load/download-dataset.js';
export type { FileProvenance, FileSource, LoadOptions, LoadProgress } from './load/load-options.js';
export type { LoadedDataset } from './load/loaded-dataset.js';
export { balancedSample, concat, filter, map, selectClasses } from './select.js';
export { loadCifar10 } from './sets/load-cifar10.js';
export { type LoadCifar100Options, loadCifar100 } from './sets/load-cifar100.js';
export { loadDataset } from './sets/load-dataset.js';
export { loadEmnist } from './sets/load-emnist.js';
export { loadFashionMnist } from './sets/load-fashion-mnist.js';
export { loadKmnist } from './sets/load-kmnist.js';
export { loadMnist } from './sets/load-mnist.js';
export { subset, takeFirst } from './subset.js';
