import { fromBinary, toBinary, toJson } from '@bufbuild/protobuf';
import { describe, expect, test } from 'vitest';
import { dumpValue } from '../../../test/tensorboard-support/dump-event.js';
import { fixtureJson, fromBase64, toBase64 } from '../../../test/tensorboard-support/fixtures.js';
import type { SummaryValue } from '../events/event.js';
import { TensorProtoSchema } from '../events/gen/tensorboard/compat/proto/tensor_pb.js';
import { HParamsPluginDataSchema } from '../events/gen/tensorboard/plugins/hparams/plugin_data_pb.js';
import {
  type HparamValue,
  hparamsConfigSummary,
  hparamsSummary,
  sessionEndSummary,
} from './hparams.js';
import { pythonJson } from './python-json.js';

interface Part {
  readonly tag: string;
  readonly plugin_content: string;
  readonly decoded: object;
}
type Values = Record<string, HparamValue>;

const fixture = fixtureJson<{
  null_tensor: string;
  experiment: Part;
  session_start: (Part & { hparams: Values; trial_id: string | null })[];
  session_end: (Part & { status: string })[];
  default_group_names: { hparams: Values; json: string; group_name: string }[];
}>('hparams.json');

describe('hparams summaries', () => {
  test('state the experiment byte for byte as TensorBoard’s API does', () => {
    const ours = hparamsConfigSummary(
      [
        { name: 'batch_size', domain: [16, 32] },
        {
          name: 'dropout',
          domain: { min: 0, max: 0.5 },
          displayName: 'Dropout',
          description: 'share of units left out',
        },
        { name: 'filters', domain: { min: 8, max: 64 } },
        { name: 'optimizer', domain: ['adam', 'sgd'] },
        { name: 'augment', domain: [false, true] },
      ],
      [
        {
          tag: 'epoch_accuracy',
          group: 'validation',
          displayName: 'val accuracy',
          datasetType: 'validation',
        },
        { tag: 'epoch_loss', group: 'train', datasetType: 'training' },
        { tag: 'score' },
      ],
      { timeCreatedSeconds: 1700000000.5 },
    );
    expect(partOf(ours)).toEqual({
      tag: fixture.experiment.tag,
      plugin_content: fixture.experiment.plugin_content,
    });
  });

  test.each(fixture.session_start.map((part, i) => ({ ...part, i })))(
    'state the start of session $i as TensorBoard’s API does',
    async ({ hparams, trial_id, tag, decoded, i }) => {
      const startTimeSeconds = 1700000001.25 + i;
      const options = trial_id === null ? {} : { trialId: trial_id };
      const ours = await hparamsSummary(hparams, { startTimeSeconds, ...options });
      expect(ours.tag).toBe(tag);
      expect(decodedOf(ours)).toEqual(decoded);
    },
  );

  test.each(fixture.session_end)('state the end $status byte for byte', (part) => {
    const status = part.status.slice('STATUS_'.length).toLowerCase();
    const ours = sessionEndSummary(status as 'success', { endTimeSeconds: 1700000100 });
    expect(partOf(ours)).toEqual({ tag: part.tag, plugin_content: part.plugin_content });
  });

  test('hold TensorBoard’s null tensor', () => {
    const { value } = sessionEndSummary('success', { endTimeSeconds: 0 });
    if (value.case !== 'tensor') throw new Error('no tensor');
    expect(toBase64(toBinary(TensorProtoSchema, value.value))).toBe(fixture.null_tensor);
  });

  // JavaScript has no 1.0 beside 1, so that case cannot be told from `1`.
  const telling = fixture.default_group_names.filter(({ json }) => !/\.0[,}]/.test(json));
  test.each(telling)('group sessions by the hash of $json', async (c) => {
    expect(pythonJson(c.hparams)).toBe(c.json);
    const ours = await hparamsSummary(c.hparams, { startTimeSeconds: 0 });
    expect(decodedOf(ours)).toMatchObject({ session_start_info: { group_name: c.group_name } });
  });

  test('refuse a domain of several types', () => {
    const mixed = [{ name: 'x', domain: [1, 'a'] }];
    const options = { timeCreatedSeconds: 0 };
    expect(() => hparamsConfigSummary(mixed, [], options)).toThrow(/number, string/);
  });
});

describe('pythonJson', () => {
  test.each([
    [0.1, '0.1'],
    [1e-4, '0.0001'],
    [1.5e-7, '1.5e-07'],
    [1e22, '1e+22'],
    [123456789.25, '123456789.25'],
    [-0.5, '-0.5'],
    [3, '3'],
  ])('prints %d as Python does: %s', (value, expected) => {
    expect(pythonJson({ x: value })).toBe(`{"x":${expected}}`);
  });

  test('sorts names by code point, which UTF-16 does not', () => {
    expect(Object.keys(JSON.parse(pythonJson({ '\u{1f600}': 1, '\uff5e': 2 })))).toEqual([
      '\uff5e',
      '\u{1f600}',
    ]);
  });
});

function partOf(value: SummaryValue): object {
  const { tag, plugin_content } = dumpValue(value);
  return { tag, plugin_content };
}

function decodedOf(value: SummaryValue): unknown {
  const content = fromBase64(dumpValue(value).plugin_content as string);
  const data = fromBinary(HParamsPluginDataSchema, content);
  return toJson(HParamsPluginDataSchema, data, { useProtoFieldName: true });
}
