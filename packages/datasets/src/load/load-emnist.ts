import { platform } from '#platform';
import { asFormatError, collectAll } from '../archives/collect.js';
import { readZip, type ZipEntry } from '../archives/zip.js';
import type { DatasetInfo } from '../catalog/dataset-info.js';
import { DatasetError } from '../dataset-error.js';
import { datasetFromIdx } from '../idx/idx-dataset.js';
import type { ImageDataset } from '../image-dataset.js';
import { placeOf } from './file-places.js';
import type { FileProvenance, LoadOptions } from './load-options.js';
import { type LoadedDataset, loadedDataset } from './loaded-dataset.js';
import { openArchive } from './obtain-archive.js';
import { wrongFile } from './verify.js';

/** IDX says its own length; this only ends a bomb. EMNIST was published in two sizes. */
const most = (sizeBytes: number) => 2 * sizeBytes + 2 ** 20;

/** Gives the decompressed content of a file of the split, by its name without `.gz`. */
type ReadFile = (name: string, sizeBytes: number) => Promise<{ bytes: Uint8Array; where: string }>;

/**
 * Loads a split of EMNIST out of the published archive, of which only the files of this split are
 * read, or out of the folder that somebody unpacked it to.
 */
export async function loadEmnistSplit(
  info: DatasetInfo,
  options: LoadOptions,
): Promise<LoadedDataset> {
  const files: FileProvenance[] = [];
  const unpacked = await fromFolder(info, options, files);
  if (unpacked !== undefined) return build(info, unpacked, files);
  const archive = await openArchive(info, info.files[0]!, options);
  const { found, provenance, published } = archive;
  try {
    if (!published) {
      const { sizeBytes } = found.file;
      throw wrongFile(info, info.files[0]!, found.source, { sizeBytes, sha256: provenance.sha256 });
    }
    const entries = await readZip(found.file, found.source);
    return await build(info, fromZip(entries, found.source, options.signal), [provenance]);
  } finally {
    await found.file.close();
  }
}

async function build(
  info: DatasetInfo,
  read: ReadFile,
  files: readonly FileProvenance[],
): Promise<LoadedDataset> {
  const partOf = async (part: 'train' | 'test', count: number): Promise<ImageDataset> => {
    const imagesFile = `${info.name}-${part}-images-idx3-ubyte`;
    const labelsFile = `${info.name}-${part}-labels-idx1-ubyte`;
    const images = await read(imagesFile, 16 + count * 28 * 28);
    const labels = await read(labelsFile, 8 + count);
    const dataset = datasetFromIdx(images.bytes, labels.bytes, {
      name: info.name,
      classNames: info.classNames,
      imagesFile: images.where,
      labelsFile: labels.where,
      // Only the letters are counted from 1.
      firstLabel: info.name === 'emnist-letters' ? 1 : 0,
    });
    transposeInPlace(dataset.images, 28);
    return dataset;
  };
  const train = await partOf('train', info.trainCount);
  const test = await partOf('test', info.testCount);
  return loadedDataset(info, train, test, files);
}

/** The files store each image by columns; upright ones are stored by rows. */
function transposeInPlace(images: Uint8Array, side: number): void {
  for (let start = 0; start < images.length; start += side * side) {
    for (let y = 0; y < side; y++) {
      for (let x = 0; x < y; x++) {
        const a = start + y * side + x;
        const b = start + x * side + y;
        const value = images[a]!;
        images[a] = images[b]!;
        images[b] = value;
      }
    }
  }
}

function fromZip(
  entries: readonly ZipEntry[],
  archive: string,
  signal: AbortSignal | undefined,
): ReadFile {
  return async (name, sizeBytes) => {
    const entry = entries.find((one) => one.name.split('/').at(-1) === `${name}.gz`);
    if (entry === undefined) {
      throw new DatasetError('format', `load: ${archive} must hold ${name}.gz; it does not.`, {
        file: archive,
      });
    }
    const where = `${archive}/${entry.name}`;
    const chunks = platform.decompress(abortable(entry.stream(), signal), 'gzip');
    try {
      return { bytes: await collectAll(chunks, sizeBytes, most(sizeBytes), where), where };
    } catch (error) {
      throw asFormatError(error, where, signal);
    }
  };
}

async function fromFolder(
  info: DatasetInfo,
  options: LoadOptions,
  files: FileProvenance[],
): Promise<ReadFile | undefined> {
  const place = placeOf(info, options);
  const find = async (name: string) =>
    place?.find([`gzip/${name}.gz`, `${name}.gz`, name, `gzip/${name}`], options.signal);
  const probe = await find(`${info.name}-train-images-idx3-ubyte`);
  if (probe === undefined) return undefined;
  await probe.file.close();
  return async (name, sizeBytes) => {
    const found = await find(name);
    if (found === undefined) {
      throw new DatasetError(
        'file-missing',
        `load: ${name} of ${info.title} must lie beside ${probe.name}; it is not there.`,
        { file: name },
      );
    }
    const hash = platform.sha256();
    try {
      const hashed = hashing(abortable(found.file.stream(), options.signal), (c) => hash.update(c));
      const packed = found.name.endsWith('.gz');
      const chunks = packed ? platform.decompress(hashed, 'gzip') : hashed;
      const bytes = await collectAll(chunks, sizeBytes, most(sizeBytes), found.source);
      files.push({ name: found.name, sha256: hash.digest(), source: found.source });
      return { bytes, where: found.source };
    } catch (error) {
      throw asFormatError(error, found.source, options.signal);
    } finally {
      await found.file.close();
    }
  };
}

async function* hashing(
  chunks: AsyncIterable<Uint8Array>,
  update: (chunk: Uint8Array) => void,
): AsyncIterable<Uint8Array> {
  for await (const chunk of chunks) {
    update(chunk);
    yield chunk;
  }
}

async function* abortable(
  chunks: AsyncIterable<Uint8Array>,
  signal: AbortSignal | undefined,
): AsyncIterable<Uint8Array> {
  for await (const chunk of chunks) {
    signal?.throwIfAborted();
    yield chunk;
  }
}
