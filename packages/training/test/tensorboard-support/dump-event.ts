import { createHash } from 'node:crypto';
import { toJson } from '@bufbuild/protobuf';
import { SessionLog_SessionStatus } from '../../src/tensorboard/events/gen/tensorboard/compat/proto/event_pb.js';
import { HistogramProtoSchema } from '../../src/tensorboard/events/gen/tensorboard/compat/proto/histogram_pb.js';
import { type DecodedEvent, readTensor, type SummaryValue } from '../../src/tensorboard/index.js';
import { toBase64 } from './fixtures.js';

/** What make.py's `dump_event` says of an event, out of our reader. */
export function dumpEvent({ offset, lengthBytes, event }: DecodedEvent): Record<string, unknown> {
  const out: Record<string, unknown> = {
    offset,
    length: lengthBytes,
    step: Number(event.step),
    what: WHAT[event.what.case ?? ''],
  };
  if (event.sourceMetadata) out.source_writer = event.sourceMetadata.writer;
  if (event.what.case === 'fileVersion') out.file_version = event.what.value;
  if (event.what.case === 'sessionLog') {
    const status = event.what.value.status;
    out.session_log = Object.entries(SessionLog_SessionStatus).find(([, v]) => v === status)?.[0];
  }
  if (event.what.case === 'graphDef') out.graph_def = { bytes: event.what.value.length };
  if (event.what.case === 'summary') out.values = event.what.value.value.map(dumpValue);
  return out;
}

const WHAT: Record<string, string> = {
  fileVersion: 'file_version',
  summary: 'summary',
  graphDef: 'graph_def',
  sessionLog: 'session_log',
  metaGraphDef: 'meta_graph_def',
};

export function dumpValue(value: SummaryValue): Record<string, unknown> {
  const out: Record<string, unknown> = { tag: value.tag };
  const plugin = value.metadata?.pluginData?.pluginName ?? '';
  if (value.metadata) {
    out.plugin_name = plugin;
    out.plugin_content = toBase64(value.metadata.pluginData?.content ?? new Uint8Array(0));
    if (value.metadata.displayName) out.display_name = value.metadata.displayName;
    if (value.metadata.summaryDescription) out.description = value.metadata.summaryDescription;
    if (value.metadata.dataClass) out.data_class = value.metadata.dataClass;
  }
  const kind = value.value;
  if (kind.case === 'tensor') {
    const { dtype, shape, values } = readTensor(kind.value);
    const stored = Object.entries({
      tensor_content: kind.value.tensorContent,
      float_val: kind.value.floatVal,
      double_val: kind.value.doubleVal,
      string_val: kind.value.stringVal,
      int_val: kind.value.intVal,
    });
    Object.assign(out, { kind: 'tensor', dtype, shape });
    out.stored_in = stored.filter(([, held]) => held.length > 0).map(([name]) => name);
    out.values =
      dtype === 'DT_STRING'
        ? (values as Uint8Array[]).map((bytes) => dumpBytes(plugin, bytes))
        : nested((values as number[]).map(dumpNumber), shape);
  } else if (kind.case === 'simpleValue') {
    Object.assign(out, { kind: 'simple_value', values: dumpNumber(kind.value) });
  } else if (kind.case === 'histo') {
    const values = toJson(HistogramProtoSchema, kind.value, { useProtoFieldName: true });
    Object.assign(out, { kind: 'histo', values });
  } else if (kind.case === 'image') {
    const { height, width, colorspace, encodedImageString } = kind.value;
    const encoded = { base64: toBase64(encodedImageString) };
    const values = { height, width, colorspace, encoded_image_string: encoded };
    Object.assign(out, { kind: 'image', values });
  }
  return out;
}

function dumpBytes(plugin: string, bytes: Uint8Array): unknown {
  if (plugin === 'text' || plugin === 'graph_keras_model') return Buffer.from(bytes).toString();
  if (plugin === 'graph_run_metadata') {
    const sha256 = createHash('sha256').update(bytes).digest('hex');
    return { bytes: bytes.length, sha256 };
  }
  return { base64: toBase64(bytes) };
}

export function dumpNumber(x: number): number | string {
  return Number.isFinite(x) ? x : String(x);
}

/** A flat list as the lists in lists that NumPy prints; a number for no dimensions. */
export function nested(values: readonly unknown[], shape: readonly number[]): unknown {
  const [size, ...rest] = shape;
  if (size === undefined) return values[0];
  const stride = rest.reduce((product, n) => product * n, 1);
  return Array.from({ length: size }, (_, i) =>
    nested(values.slice(i * stride, (i + 1) * stride), rest),
  );
}
