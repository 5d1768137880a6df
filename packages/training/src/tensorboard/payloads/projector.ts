import { create, type MessageInitShape } from '@bufbuild/protobuf';
import { toText } from '@bufbuild/protobuf/txtpb';
import {
  type EmbeddingInfoSchema,
  ProjectorConfigSchema,
} from '../events/gen/tensorboard/plugins/projector/projector_config_pb.js';
import type { LogFolder } from '../events/log-folder.js';
import { encodePng } from './encode-png.js';
import { spriteOf } from './sprite.js';

/** Points of the Projector page. */
export interface Embedding {
  /** Shown in the list of tensors, and the begin of file names: letters, digits, `.`, `_`, `-`. */
  readonly name: string;
  /** count x dimensions numbers, row by row. */
  readonly vectors: ArrayLike<number>;
  readonly shape: readonly [count: number, dimensions: number];
  /** By column, one text a point: shown at the points, to colour and search by. */
  readonly metadata?: Readonly<Record<string, readonly (string | number)[]>>;
  /** A picture a point: bytes, NHWC, 1 or 3 channels. */
  readonly images?: {
    readonly data: Uint8Array;
    readonly shape: readonly [count: number, height: number, width: number, channels: number];
  };
}

/**
 * Writes what the Projector page shows in 3-D: vectors (float32), metadata, sprite and the
 * `projector_config.pbtxt` that names them. TensorBoard looks for it in the folders of runs only,
 * so write into a run that has an event file, as `train`.
 *
 * @param run the run's sub folder; `''` for the folder itself
 * @throws RangeError if sizes do not fit or a text holds a tab or a line break
 */
export async function writeProjector(
  folder: LogFolder,
  run: string,
  embeddings: readonly Embedding[],
): Promise<void> {
  const at = (name: string) => (run === '' ? name : `${run}/${name}`);
  const infos = [];
  for (const embedding of embeddings) infos.push(await writeEmbedding(folder, at, embedding));
  // Last, so that it names nothing that is not there.
  await folder.write(at('projector_config.pbtxt'), utf8(projectorConfig(infos)));
}

type Info = MessageInitShape<typeof EmbeddingInfoSchema>;

/** The config in protobuf's text format, as TensorBoard reads it. */
export function projectorConfig(embeddings: readonly Info[]): string {
  const config = create(ProjectorConfigSchema, { embeddings: [...embeddings] });
  // protobuf-es puts a colon before braces, TensorBoard does not; both may be read.
  return toText(ProjectorConfigSchema, config).replace(/^( *\w+): \{$/gm, '$1 {');
}

async function writeEmbedding(
  folder: LogFolder,
  at: (name: string) => string,
  { name, vectors, shape, metadata, images }: Embedding,
): Promise<Info> {
  const [count, dimensions] = shape;
  if (!/^[\w.-]+$/.test(name) || vectors.length !== count * dimensions || count === 0) {
    throw new RangeError(
      `writeProjector: an embedding must have a name of letters, digits, '.', '_', '-' and ${count * dimensions} values for its shape, not 0; received '${name}' and ${vectors.length}.`,
    );
  }
  const info: Info = { tensorName: name, tensorPath: `${name}.bytes`, tensorShape: [...shape] };
  await folder.write(at(`${name}.bytes`), float32Bytes(vectors));
  if (metadata) {
    info.metadataPath = `${name}.metadata.tsv`;
    await folder.write(at(info.metadataPath), utf8(metadataTsv(metadata, count)));
  }
  if (images) {
    if (images.shape[0] !== count) {
      throw new RangeError(
        `writeProjector: images must be one a point, ${count}; received ${images.shape[0]}.`,
      );
    }
    const { pixels, width, height, channels } = spriteOf(images.data, images.shape);
    const imagePath = `${name}.sprite.png`;
    info.sprite = { imagePath, singleImageDim: [images.shape[2], images.shape[1]] };
    await folder.write(at(imagePath), await encodePng(pixels, width, height, channels));
  }
  return info;
}

/** TensorBoard takes the first row for names only if there is more than one column. */
function metadataTsv(
  metadata: Readonly<Record<string, readonly (string | number)[]>>,
  count: number,
): string {
  const names = Object.keys(metadata);
  const columns = names.map((name) => [name, ...metadata[name]!].map(String));
  for (const [i, column] of columns.entries()) {
    const bad = column.find((text) => /[\t\r\n]/.test(text));
    if (column.length !== count + 1 || bad !== undefined) {
      throw new RangeError(
        `writeProjector: metadata '${names[i]}' must hold ${count} texts without tabs and line breaks; received ${column.length - 1}${bad === undefined ? '' : `, one of them ${JSON.stringify(bad)}`}.`,
      );
    }
  }
  const rows = Array.from({ length: count + 1 }, (_, row) =>
    columns.map((column) => column[row]!).join('\t'),
  );
  const shown = names.length > 1 ? rows : rows.slice(1);
  return shown.map((row) => `${row}\n`).join('');
}

function float32Bytes(values: ArrayLike<number>): Uint8Array {
  const view = new DataView(new ArrayBuffer(values.length * 4));
  for (let i = 0; i < values.length; i++) view.setFloat32(i * 4, values[i]!, true);
  return new Uint8Array(view.buffer);
}

function utf8(text: string): Uint8Array {
  return new TextEncoder().encode(text);
}
