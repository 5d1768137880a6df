import { describe, expect, test } from 'vitest';
import { fixtureBytes, fixtureJson } from '../../../test/tensorboard-support/fixtures.js';
import { memoryLogs } from '../events/memory-logs.js';
import { projectorConfig, writeProjector } from './projector.js';

const fixture = fixtureJson<{ 'projector_config.pbtxt': string; points: number[][] }>(
  'projector.json',
);
const count = fixture.points.length;
const numbers = Array.from({ length: count }, (_, i) => i);
const classes = numbers.map((i) => `class ${i % 3}`);

describe('writeProjector', () => {
  test('writes vectors and metadata as the fixture holds them', async () => {
    const logs = memoryLogs();
    const points = {
      vectors: fixture.points.flat(),
      shape: [count, fixture.points[0]!.length] as [number, number],
    };
    await writeProjector(logs, 'train', [
      { name: 'two', ...points, metadata: { Index: numbers, Label: classes } },
      { name: 'one', ...points, metadata: { Label: classes } },
    ]);
    const file = (name: string) => logs.files.get(`train/${name}`);
    expect(file('two.bytes')).toEqual(fixtureBytes('logs/projector/tensor.bytes'));
    expect(file('two.metadata.tsv')).toEqual(fixtureBytes('logs/projector/metadata.tsv'));
    expect(file('one.metadata.tsv')).toEqual(fixtureBytes('logs/projector/labels.tsv'));
    const config = new TextDecoder().decode(file('projector_config.pbtxt'));
    expect(config).toContain('tensor_path: "two.bytes"');
  });

  test('writes the text format that TensorBoard writes', () => {
    const config = projectorConfig([
      {
        tensorName: 'from_tsv',
        tensorPath: 'tensor.tsv',
        metadataPath: 'metadata.tsv',
        sprite: { imagePath: 'sprite.png', singleImageDim: [4, 4] },
      },
      {
        tensorName: 'from_bytes',
        tensorPath: 'tensor.bytes',
        tensorShape: [12, 5],
        metadataPath: 'labels.tsv',
      },
    ]);
    expect(config).toBe(fixture['projector_config.pbtxt']);
  });

  const good = { name: 'x', vectors: [1, 2], shape: [2, 1] as const };
  test.each([
    ['a path for a name', { ...good, name: '../x' }, /name of letters/],
    ['too few numbers', { ...good, vectors: [1] }, /2 values for its shape/],
    ['no points', { ...good, vectors: [], shape: [0, 3] as const }, /not 0/],
    ['a tab in a text', { ...good, metadata: { l: ['a', 'b\tc'] } }, /without tabs.*"b\\tc"/],
    ['too few texts', { ...good, metadata: { l: ['a'] } }, /must hold 2 texts/],
    [
      'an image too few',
      { ...good, images: { data: new Uint8Array(1), shape: [1, 1, 1, 1] as const } },
      /one a point, 2; received 1/,
    ],
  ])('refuses %s', async (_, embedding, message) => {
    const logs = memoryLogs();
    await expect(writeProjector(logs, '', [embedding])).rejects.toThrow(message);
    expect(logs.files.has('projector_config.pbtxt')).toBe(false);
  });
});
