export {
  type DatasetTensors,
  datasetTensors,
  type TensorBatch,
  type TensorBatches,
  type TfDataset,
  tensorBatches,
  tfDataset,
} from './tensors.js';
