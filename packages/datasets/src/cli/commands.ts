import { readdir, rm } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { platform } from '#platform';
import { datasetCatalog } from '../catalog/catalog.js';
import type { DatasetInfo, PublishedFile } from '../catalog/dataset-info.js';
import { cacheFolder } from '../download/cache-folder.js';
import { datasetInfo, downloadDataset } from '../load/download-dataset.js';
import { placeOf } from '../load/file-places.js';
import type { LoadOptions } from '../load/load-options.js';

/** Where the command line reads and writes. */
export interface Io {
  readonly out: (text: string) => void;
  readonly err: (text: string) => void;
  readonly signal?: AbortSignal;
  /** Whether progress may overwrite its line. */
  readonly terminal?: boolean;
}

const megabytes = (bytes: number) => `${(bytes / 1e6).toFixed(1)} MB`;
const folderOf = (info: DatasetInfo) => info.folder ?? info.name;
const sizeOf = (info: DatasetInfo) => info.files.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0);
const rootOf = ({ cacheDir }: LoadOptions) =>
  cacheDir === undefined ? cacheFolder() : resolve(cacheDir);

export async function list(io: Io, options: LoadOptions): Promise<number> {
  for (const info of datasetCatalog) {
    const states = await Promise.all(info.files.map((file) => stateOf(info, file, options, false)));
    const there = states.every((state) => state === 'there') ? 'in the cache' : '';
    const { name, trainCount, testCount, classNames } = info;
    const columns = [
      name.padEnd(16),
      `${trainCount} + ${testCount}`.padStart(17),
      `${classNames.length} classes`.padStart(11),
      megabytes(sizeOf(info)).padStart(9),
      there,
    ];
    io.out(`${columns.join('  ').trimEnd()}\n`);
  }
  return 0;
}

export function info(io: Io, name: string): number {
  const facts = datasetInfo(name);
  const { mean, deviation } = facts.statistics;
  io.out(
    `${facts.title}\n` +
      `images     ${facts.trainCount} to train, ${facts.testCount} to test, ${facts.imageShape.join(' x ')}\n` +
      `classes    ${facts.classNames.join(', ')}\n` +
      `mean       ${mean.join(', ')}\ndeviation  ${deviation.join(', ')}\n` +
      `licence    ${facts.licence}\ncitation   ${facts.citation}\nhomepage   ${facts.homepage}\n` +
      facts.mirrors.map(({ url }) => `mirror     ${url}\n`).join('') +
      facts.files
        .map(({ name: file, sizeBytes, sha256 }) => `file       ${file}  ${sizeBytes}  ${sha256}\n`)
        .join(''),
  );
  return 0;
}

export async function download(
  io: Io,
  names: readonly string[],
  options: LoadOptions,
  quiet: boolean,
): Promise<number> {
  // All names are known before the first byte is fetched.
  for (const name of names) datasetInfo(name);
  for (const name of names) {
    let shown = 0;
    const files = await downloadDataset(name, {
      ...options,
      onProgress({ phase, file, loadedBytes, totalBytes }) {
        if (quiet || !io.terminal || phase === 'done') return;
        const percent = Math.floor((100 * loadedBytes) / Math.max(1, totalBytes));
        const line = `${phase} ${file} ${percent} %`;
        io.err(`\r${line.padEnd(shown)}`);
        shown = line.length;
      },
    });
    if (shown > 0) io.err('\n');
    for (const { name: file, source } of files) io.out(`${name}  ${file}  ${source}\n`);
  }
  return 0;
}

export async function verify(
  io: Io,
  names: readonly string[],
  options: LoadOptions,
): Promise<number> {
  const infos = names.length === 0 ? datasetCatalog : names.map(datasetInfo);
  let bad = 0;
  for (const one of infos) {
    for (const file of one.files) {
      const state = await stateOf(one, file, options, true);
      // Without names only what is there is of interest.
      if (state === 'missing' && names.length === 0) continue;
      if (state !== 'verified') bad++;
      io.out(`${one.name}  ${file.name}  ${state}\n`);
    }
  }
  return bad === 0 ? 0 : 1;
}

export function path(io: Io, name: string | undefined, options: LoadOptions): number {
  const root = rootOf(options);
  io.out(`${name === undefined ? root : join(root, folderOf(datasetInfo(name)))}\n`);
  return 0;
}

export async function clean(
  io: Io,
  names: readonly string[] | undefined,
  options: LoadOptions,
): Promise<number> {
  const infos = names === undefined ? datasetCatalog : names.map(datasetInfo);
  const root = rootOf(options);
  for (const folder of new Set(infos.map(folderOf))) {
    const full = join(root, folder);
    const files = await readdir(full).catch(() => undefined);
    if (files === undefined) continue;
    await rm(full, { recursive: true, force: true });
    io.out(`removed ${full} (${files.length} files)\n`);
  }
  return 0;
}

type State = 'there' | 'verified' | 'damaged' | 'missing';

async function stateOf(
  info: DatasetInfo,
  wanted: PublishedFile,
  options: LoadOptions,
  hash: boolean,
): Promise<State> {
  const names = [wanted.name, wanted.unpacked?.name].filter((name) => name !== undefined);
  // A load looks into CNNKIT_DATA_DIR before the cache, and so does what judges the files it reads,
  // unless it is told which cache is meant.
  const place = hash && options.cacheDir === undefined ? placeOf(info, options) : undefined;
  const file =
    (await place?.find(names, options.signal))?.file ?? (await cached(info, names, options));
  if (file === undefined) return 'missing';
  try {
    if (!hash) return 'there';
    const sha256 = platform.sha256();
    for await (const chunk of file.stream()) {
      options.signal?.throwIfAborted();
      sha256.update(chunk);
    }
    const found = sha256.digest();
    return found === wanted.sha256 || found === wanted.unpacked?.sha256 ? 'verified' : 'damaged';
  } finally {
    await file.close();
  }
}

async function cached(info: DatasetInfo, names: readonly string[], options: LoadOptions) {
  const cache = await platform.openCache(options.cacheDir);
  for (const name of names) {
    const file = await cache.open(folderOf(info), name);
    if (file !== undefined) return file;
  }
  return undefined;
}
