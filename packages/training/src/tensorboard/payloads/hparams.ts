import { create, type MessageInitShape, toBinary } from '@bufbuild/protobuf';
import type { Value, ValueSchema } from '@bufbuild/protobuf/wkt';
import { type SummaryValue, summaryValue } from '../events/event.js';
import {
  DatasetType,
  DataType,
  type HParamInfoSchema,
  Status,
} from '../events/gen/tensorboard/plugins/hparams/api_pb.js';
import { HParamsPluginDataSchema } from '../events/gen/tensorboard/plugins/hparams/plugin_data_pb.js';
import { pluginMetadata } from './plugin-metadata.js';
import { type HparamValue, pythonJson } from './python-json.js';
import { floatTensor } from './tensor.js';

export type { HparamValue };

/** A hyperparameter that sessions of an experiment differ in. */
export interface Hparam {
  readonly name: string;
  readonly displayName?: string;
  readonly description?: string;
  /** All its values, of one type, or the ends of its range. Left out: any. */
  readonly domain?: readonly HparamValue[] | { readonly min: number; readonly max: number };
}

/** A scalar that sessions are judged by. */
export interface HparamMetric {
  /** Tag of the scalar. */
  readonly tag: string;
  /** Run of the scalar under the session's folder, as `validation`. Default the session itself. */
  readonly group?: string;
  readonly displayName?: string;
  readonly description?: string;
  readonly datasetType?: 'training' | 'validation';
}

/**
 * What an experiment varies and how it is judged, for the HParams page. Write it once, into the
 * folder above the sessions.
 *
 * @param options.timeCreatedSeconds seconds since 1970
 */
export function hparamsConfigSummary(
  hparams: readonly Hparam[],
  metrics: readonly HparamMetric[],
  options: { readonly timeCreatedSeconds: number },
): SummaryValue {
  return pluginSummary('_hparams_/experiment', {
    case: 'experiment',
    value: {
      hparamInfos: hparams.map(hparamInfo),
      metricInfos: metrics.map(({ tag, group = '', displayName, description, datasetType }) => ({
        name: { tag, group },
        displayName: displayName ?? '',
        description: description ?? '',
        datasetType: datasetTypeOf(datasetType),
      })),
      timeCreatedSecs: options.timeCreatedSeconds,
    },
  });
}

/**
 * The hyperparameters of one session, for the HParams page. Write it into the session's folder,
 * above its `train` and `validation`, when the session begins.
 *
 * @param options.startTimeSeconds seconds since 1970
 * @param options.trialId sessions of one id are repetitions; default a hash of the values, equal
 * to the one TensorBoard's Python API takes; the hash needs `crypto.subtle`, which browsers have
 * on secure pages only
 */
export async function hparamsSummary(
  values: Readonly<Record<string, HparamValue>>,
  options: { readonly startTimeSeconds: number; readonly trialId?: string },
): Promise<SummaryValue> {
  const groupName = options.trialId ?? (await sha256(pythonJson(values)));
  const names = Object.keys(values).sort();
  return pluginSummary('_hparams_/session_start_info', {
    case: 'sessionStartInfo',
    value: {
      hparams: Object.fromEntries(names.map((name) => [name, protoValue(values[name]!) as Value])),
      groupName,
      startTimeSecs: options.startTimeSeconds,
    },
  });
}

/**
 * How a session ended, for the HParams page. Write it into the session's folder.
 *
 * @param options.endTimeSeconds seconds since 1970
 */
export function sessionEndSummary(
  status: 'success' | 'failure' | 'running',
  options: { readonly endTimeSeconds: number },
): SummaryValue {
  const statuses = { success: Status.SUCCESS, failure: Status.FAILURE, running: Status.RUNNING };
  return pluginSummary('_hparams_/session_end_info', {
    case: 'sessionEndInfo',
    value: { status: statuses[status], endTimeSecs: options.endTimeSeconds },
  });
}

type PluginData = NonNullable<MessageInitShape<typeof HParamsPluginDataSchema>['data']>;

/** All of it stands in the metadata; the tensor is TensorBoard's "null tensor". */
function pluginSummary(tag: string, data: PluginData): SummaryValue {
  const content = toBinary(HParamsPluginDataSchema, create(HParamsPluginDataSchema, { data }));
  return summaryValue({
    tag,
    metadata: pluginMetadata('hparams', { content }),
    value: { case: 'tensor', value: floatTensor([], [0]) },
  });
}

function hparamInfo(hparam: Hparam): MessageInitShape<typeof HParamInfoSchema> {
  const { name, displayName = '', description = '', domain } = hparam;
  const info = { name, displayName, description };
  if (domain === undefined) return info;
  if ('min' in domain) {
    const value = { minValue: domain.min, maxValue: domain.max };
    return { ...info, type: DataType.FLOAT64, domain: { case: 'domainInterval', value } };
  }
  const types = new Set(domain.map((value) => typeof value));
  if (types.size !== 1) {
    throw new TypeError(
      `hparamsConfigSummary: values of ${name} must be of one type; received ${[...types].join(', ') || 'none'}. Leave the domain out.`,
    );
  }
  const value = { values: domain.map(protoValue) };
  return { ...info, type: dataTypeOf(domain[0]!), domain: { case: 'domainDiscrete', value } };
}

function protoValue(value: HparamValue): MessageInitShape<typeof ValueSchema> {
  if (typeof value === 'number') return { kind: { case: 'numberValue', value } };
  if (typeof value === 'string') return { kind: { case: 'stringValue', value } };
  return { kind: { case: 'boolValue', value } };
}

function dataTypeOf(value: HparamValue): DataType {
  if (typeof value === 'number') return DataType.FLOAT64;
  return typeof value === 'string' ? DataType.STRING : DataType.BOOL;
}

function datasetTypeOf(type: 'training' | 'validation' | undefined): DatasetType {
  if (type === undefined) return DatasetType.DATASET_UNKNOWN;
  return type === 'training' ? DatasetType.DATASET_TRAINING : DatasetType.DATASET_VALIDATION;
}

async function sha256(text: string): Promise<string> {
  const digest = await crypto.subtle.digest('SHA-256', new TextEncoder().encode(text));
  return Array.from(new Uint8Array(digest), (byte) => byte.toString(16).padStart(2, '0')).join('');
}
