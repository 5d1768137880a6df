import { platform } from '#platform';
import { DatasetError } from '../dataset-error.js';
import type { ByteFile } from '../platform/platform.js';
import { asFormatError, limited } from './collect.js';
import { crc32 } from './crc32.js';

/** A file in a zip archive. */
export interface ZipEntry {
  readonly name: string;
  /** Decompressed. */
  readonly sizeBytes: number;
  /** The content in chunks; its length and CRC-32 are checked at the end. */
  stream(): AsyncIterable<Uint8Array>;
}

/** The archives of data sets hold some dozens of files; more than this is an attack. */
const MAX_ENTRIES = 100_000;

/**
 * The files of a zip archive, read in place: only its directory is held in memory.
 *
 * Own code, because it is this short on top of the platform's inflate; the libraries that stream
 * zip archives weigh more than this whole package.
 *
 * @throws DatasetError `'format'` if the archive is damaged or uses encryption or zip64
 * @see https://pkware.cachefly.net/webdocs/casestudies/APPNOTE.TXT
 */
export async function readZip(file: ByteFile, name: string): Promise<readonly ZipEntry[]> {
  const fail = (what: string): never => {
    throw new DatasetError(
      'format',
      `load: ${name} is not a zip archive that can be read: ${what}.`,
      {
        file: name,
      },
    );
  };
  const tailStart = Math.max(0, file.sizeBytes - 65_557);
  const tail = viewOf(await file.read(tailStart, file.sizeBytes));
  let end = tail.byteLength - 22;
  while (end >= 0 && tail.getUint32(end, true) !== 0x06054b50) end--;
  if (end < 0) fail('it has no directory at its end, so it is cut off or something else');
  const count = tail.getUint16(end + 10, true);
  const size = tail.getUint32(end + 12, true);
  const start = tail.getUint32(end + 16, true);
  if (count === 0xffff || start === 0xffffffff) fail('it is a zip64 archive');
  if (start + size > file.sizeBytes || count > MAX_ENTRIES)
    fail('its directory does not fit in it');
  const directory = viewOf(await file.read(start, start + size));
  const entries: ZipEntry[] = [];
  let at = 0;
  for (let i = 0; i < count; i++) {
    if (at + 46 > size || directory.getUint32(at, true) !== 0x02014b50)
      fail('its directory is damaged');
    const nameLength = directory.getUint16(at + 28, true);
    const extra = directory.getUint16(at + 30, true) + directory.getUint16(at + 32, true);
    if (at + 46 + nameLength + extra > size) fail('its directory is damaged');
    const entryName = new TextDecoder().decode(
      new Uint8Array(directory.buffer, directory.byteOffset + at + 46, nameLength),
    );
    entries.push(
      entryOf(file, `${name}/${entryName}`, entryName, {
        flags: directory.getUint16(at + 8, true),
        method: directory.getUint16(at + 10, true),
        crc: directory.getUint32(at + 16, true),
        packedBytes: directory.getUint32(at + 20, true),
        sizeBytes: directory.getUint32(at + 24, true),
        headerAt: directory.getUint32(at + 42, true),
      }),
    );
    at += 46 + nameLength + extra;
  }
  return entries;
}

interface Facts {
  readonly flags: number;
  readonly method: number;
  readonly crc: number;
  readonly packedBytes: number;
  readonly sizeBytes: number;
  readonly headerAt: number;
}

function entryOf(file: ByteFile, path: string, name: string, facts: Facts): ZipEntry {
  const fail = (what: string): never => {
    throw new DatasetError('format', `load: ${path} cannot be read: ${what}.`, { file: path });
  };
  return {
    name,
    sizeBytes: facts.sizeBytes,
    async *stream() {
      const { flags, method, crc, packedBytes, sizeBytes, headerAt } = facts;
      if (flags & 1) fail('it is encrypted');
      if (method !== 0 && method !== 8) fail(`its compression (method ${method}) is not known`);
      if (headerAt + 30 > file.sizeBytes) fail('it lies beyond the end of the archive');
      const header = viewOf(await file.read(headerAt, headerAt + 30));
      if (header.getUint32(0, true) !== 0x04034b50) fail('its header is damaged');
      const start = headerAt + 30 + header.getUint16(26, true) + header.getUint16(28, true);
      if (start + packedBytes > file.sizeBytes) fail('it lies beyond the end of the archive');
      const packed = file.stream(start, start + packedBytes);
      let length = 0;
      let seen = 0;
      try {
        const plain = method === 0 ? packed : platform.decompress(packed, 'deflate-raw');
        for await (const chunk of limited(plain, sizeBytes, path)) {
          length += chunk.length;
          seen = crc32(chunk, seen);
          yield chunk;
        }
      } catch (error) {
        throw asFormatError(error, path);
      }
      if (length !== sizeBytes) fail(`it ends after ${length} of ${sizeBytes} bytes`);
      if (seen !== crc) fail('its CRC-32 is wrong');
    },
  };
}

function viewOf(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}
