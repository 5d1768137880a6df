import { datasetCatalog } from '../catalog/catalog.js';
import type { DatasetInfo } from '../catalog/dataset-info.js';
import { downloadFile } from '../download/download-file.js';
import type { FileProvenance, LoadOptions } from './load-options.js';

/**
 * Brings the files of a set into the cache and verifies them, without reading them.
 *
 * @param name - one of the names in `datasetCatalog`
 * @param options - `cacheDir`, `mirrors`, progress, abort
 * @returns the files that are in the cache now
 * @throws DatasetError `'download'` if no mirror gives a file
 * @example
 * ```ts
 * await downloadDataset('kmnist');
 * ```
 */
export async function downloadDataset(
  name: string,
  options: LoadOptions = {},
): Promise<readonly FileProvenance[]> {
  const info = datasetInfo(name);
  const files: FileProvenance[] = [];
  for (const wanted of info.files) {
    const found = await downloadFile(info, wanted, options, undefined);
    await found.file.close();
    const { unpacked } = wanted;
    const sha256 =
      found.name === unpacked?.name ? (unpacked.sha256 ?? wanted.sha256) : wanted.sha256;
    files.push({ name: found.name, sha256, source: found.source });
  }
  return files;
}

/**
 * What is known about a set, by its name.
 *
 * @throws RangeError for another name; it lists those that exist
 * @example
 * ```ts
 * datasetInfo('mnist').licence; // 'CC BY-SA 3.0'
 * ```
 */
export function datasetInfo(name: string): DatasetInfo {
  const info = datasetCatalog.find((one) => one.name === name);
  if (info !== undefined) return info;
  throw new RangeError(
    `datasetInfo: name must be one of ${datasetCatalog.map((one) => one.name).join(', ')}; ` +
      `received ${JSON.stringify(name)}.`,
  );
}
