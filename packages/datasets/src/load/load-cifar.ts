import { platform } from '#platform';
import { asFormatError, limited } from '../archives/collect.js';
import { isGzip } from '../archives/gunzip.js';
import { readTar } from '../archives/tar.js';
import type { DatasetInfo } from '../catalog/dataset-info.js';
import {
  type CifarLabels,
  type CifarReader,
  cifarMemory,
  cifarReader,
} from '../cifar/cifar-reader.js';
import { DatasetError } from '../dataset-error.js';
import { createImageDataset } from '../image-dataset.js';
import type { ByteFile, Sha256 } from '../platform/platform.js';
import { placeOf } from './file-places.js';
import type { FileProvenance, LoadOptions } from './load-options.js';
import { type LoadedDataset, loadedDataset } from './loaded-dataset.js';
import { openArchive } from './obtain-archive.js';

/** A file inside of the archive. */
export interface CifarMember {
  /** Without its folder. */
  readonly name: string;
  readonly part: 'train' | 'test';
  readonly sha1: string;
}

/** What the loader needs beside the facts of the set. */
export interface CifarSet {
  /** Folder inside of the archive. */
  readonly folder: string;
  readonly members: readonly CifarMember[];
  readonly labels: CifarLabels;
}

/** Loads CIFAR out of its archive, or out of the folder that somebody unpacked it to. */
export async function loadCifar(
  info: DatasetInfo,
  set: CifarSet,
  options: LoadOptions,
): Promise<LoadedDataset> {
  const parts = { train: cifarMemory(info.trainCount), test: cifarMemory(info.testCount) };
  const readers = readersOf(set, parts);
  const unpacked = await readUnpacked(info, set, options, readers);
  const files = unpacked ?? (await readArchive(info, set, options, readers));
  const { classNames } = set.labels;
  const datasetOf = (part: 'train' | 'test') =>
    createImageDataset({ name: info.name, classNames, ...parts[part] });
  return loadedDataset({ ...info, classNames }, datasetOf('train'), datasetOf('test'), files);
}

/** By the names of the files, which may come in any order: the archive has its own. */
type Readers = ReadonlyMap<string, CifarReader>;

/** The files of a part hold equally many images, one file after the other. */
function readersOf(
  set: CifarSet,
  parts: Readonly<Record<'train' | 'test', ReturnType<typeof cifarMemory>>>,
): Readers {
  const readers = new Map<string, CifarReader>();
  for (const part of ['train', 'test'] as const) {
    const members = set.members.filter((member) => member.part === part);
    const each = parts[part].shape[0] / members.length;
    members.forEach(({ name }, i) => {
      readers.set(name, cifarReader(each, set.labels, parts[part], i * each));
    });
  }
  return readers;
}

async function readUnpacked(
  info: DatasetInfo,
  set: CifarSet,
  options: LoadOptions,
  readers: Readers,
): Promise<readonly FileProvenance[] | undefined> {
  const place = placeOf(info, options);
  if (place === undefined) return undefined;
  const files: FileProvenance[] = [];
  for (const member of set.members) {
    const names = [`${set.folder}/${member.name}`, member.name];
    const found = await place.find(names, options.signal);
    if (found === undefined) {
      if (files.length === 0) return undefined;
      throw new DatasetError(
        'file-missing',
        `load: ${member.name} of ${info.title} must lie beside ${files[0]!.name}; it is not there.`,
        { file: member.name },
      );
    }
    try {
      const sha256 = platform.sha256();
      await readMember(found.file.stream(), member, found.source, readers, options, true, sha256);
      files.push({ name: found.name, sha256: sha256.digest(), source: found.source });
    } finally {
      await found.file.close();
    }
  }
  return files;
}

async function readArchive(
  info: DatasetInfo,
  set: CifarSet,
  options: LoadOptions,
  readers: Readers,
): Promise<readonly FileProvenance[]> {
  const { found, provenance, published } = await openArchive(info, info.files[0]!, options);
  const { source } = found;
  try {
    const due = new Map(set.members.map((member) => [member.name, member]));
    const recordBytes = 3072 + set.labels.bytes;
    // Room for the headers and the small text files.
    const most = (info.trainCount + info.testCount) * recordBytes + 2 ** 20;
    const tar = limited(await decompressed(found.file), most, source);
    for await (const entry of readTar(tar, source)) {
      const member = due.get(entry.name.split('/').at(-1) ?? '');
      if (member === undefined) continue;
      due.delete(member.name);
      const where = `${source}/${entry.name}`;
      await readMember(entry.stream(), member, where, readers, options, !published);
    }
    const [missing] = due.keys();
    if (missing !== undefined) {
      throw new DatasetError('format', `load: ${source} must hold ${missing}; it does not.`, {
        file: source,
      });
    }
    return [provenance];
  } catch (error) {
    throw asFormatError(error, source, options.signal);
  } finally {
    await found.file.close();
  }
}

async function readMember(
  chunks: AsyncIterable<Uint8Array>,
  member: CifarMember,
  where: string,
  readers: Readers,
  options: LoadOptions,
  check: boolean,
  sha256?: Sha256,
): Promise<void> {
  const sha1 = check ? platform.sha1() : undefined;
  const reader = readers.get(member.name)!;
  for await (const chunk of chunks) {
    options.signal?.throwIfAborted();
    sha1?.update(chunk);
    sha256?.update(chunk);
    reader.write(chunk, where);
  }
  const hash = sha1?.digest();
  if (hash === undefined || hash === member.sha1) return reader.finish(where);
  throw new DatasetError(
    'checksum',
    `load: ${where} must have the SHA-1 ${member.sha1}; it has ${hash}. ` +
      'It is damaged or another file. Replace or remove it.',
    { file: where },
  );
}

async function decompressed(file: ByteFile): Promise<AsyncIterable<Uint8Array>> {
  const start = await file.read(0, Math.min(18, file.sizeBytes));
  return isGzip(start) ? platform.decompress(file.stream(), 'gzip') : file.stream();
}
