import { datasetCatalog } from '../catalog/catalog.js';
import type { DatasetInfo, PublishedFile } from '../catalog/dataset-info.js';
import { DatasetError } from '../dataset-error.js';

/** The error for a file that is not the published one; it says which one it is, if it is known. */
export function wrongFile(
  info: DatasetInfo,
  wanted: PublishedFile,
  where: string,
  found: { readonly sizeBytes: number; readonly sha256?: string; readonly cause?: unknown },
): DatasetError {
  const { sizeBytes, sha256 } = found;
  const sizes = [wanted.sizeBytes, wanted.unpacked?.sizeBytes].filter((size) => size !== undefined);
  const hashes = [wanted.sha256, wanted.unpacked?.sha256].filter((hash) => hash !== undefined);
  const received =
    `${sizeBytes} bytes` +
    (sha256 === undefined ? '' : `, SHA-256 ${sha256}`) +
    (found.cause instanceof Error ? ` (${found.cause.message})` : '');
  const guess = sha256 === undefined ? undefined : identify(info, sha256);
  const reason =
    guess !== undefined
      ? `It is ${guess}: were files swapped?`
      : sizes.includes(sizeBytes)
        ? 'It is damaged.'
        : sizeBytes < Math.min(...sizes)
          ? 'It is cut off or another file.'
          : 'It is damaged or another file.';
  return new DatasetError(
    'checksum',
    `load: ${where} must be ${wanted.name} of ${info.title} (${sizes.join(' or ')} bytes, ` +
      `SHA-256 ${hashes.join(' or ')}); received ${received}. ${reason} Replace or remove it.`,
    { file: where, ...('cause' in found ? { cause: found.cause } : {}) },
  );
}

function identify(wanted: DatasetInfo, sha256: string): string | undefined {
  for (const info of [wanted, ...datasetCatalog]) {
    for (const file of info.files) {
      if (file.sha256 === sha256) return `${file.name} of ${info.title}`;
      if (file.unpacked?.sha256 === sha256) return `${file.unpacked.name} of ${info.title}`;
    }
  }
  return undefined;
}
