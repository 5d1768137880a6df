export type { LossFunction, Probe } from './callback/probe-summaries.js';
export { TensorBoard, type TensorBoardOptions } from './callback/tensorboard.js';
export { type Clock, systemClock } from './events/clock.js';
export {
  type DecodedEvent,
  type DecodedEvents,
  decodeEvents,
  type Event,
  type EventInit,
  encodeEvent,
  FILE_VERSION,
  fileVersionEvent,
  type SummaryValue,
  summaryEvent,
  summaryValue,
} from './events/event.js';
export { EventFileError, type EventFileErrorCode } from './events/event-file-error.js';
export { EventWriter, type EventWriterOptions } from './events/event-writer.js';
export type { LogFile, LogFolder } from './events/log-folder.js';
export { type MemoryLogs, memoryLogs } from './events/memory-logs.js';
export { crc32c, maskedCrc32c } from './framing/crc32c.js';
export {
  type DecodedRecords,
  decodeRecords,
  type RecordsEnd,
  type TfRecord,
} from './framing/decode-records.js';
export { encodeRecord } from './framing/encode-record.js';
export {
  type CustomChart,
  type CustomChartCategory,
  customScalarsSummary,
} from './payloads/custom-scalars.js';
export {
  type HistogramBucket,
  type HistogramOptions,
  histogramBuckets,
  histogramSummary,
} from './payloads/histogram.js';
export {
  type Hparam,
  type HparamMetric,
  type HparamValue,
  hparamsConfigSummary,
  hparamsSummary,
  sessionEndSummary,
} from './payloads/hparams.js';
export { type ImageBatch, type ImageOptions, imageSummary } from './payloads/image.js';
export { kerasGraphSummary } from './payloads/keras-graph.js';
export { type KerasJson, kerasModelJson } from './payloads/keras-model-json.js';
export { pluginMetadata, type TagOptions } from './payloads/plugin-metadata.js';
export { type PrCurveOptions, prCurveSummary } from './payloads/pr-curve.js';
export { type Embedding, writeProjector } from './payloads/projector.js';
export { readTensor, type TensorValues } from './payloads/read-tensor.js';
export { scalarSummary } from './payloads/scalar.js';
export { doubleTensor, floatTensor, stringTensor } from './payloads/tensor.js';
export { type SummaryText, textSummary } from './payloads/text.js';
