import { createTarDecoder } from 'modern-tar';
import { DatasetError } from '../dataset-error.js';
import { iterate, streamOf } from '../internal/streams.js';
import { asFormatError } from './collect.js';

/** A file in a tar archive; its content must be read before the next one is asked for. */
export interface TarFile {
  readonly name: string;
  readonly sizeBytes: number;
  stream(): AsyncIterable<Uint8Array>;
}

/**
 * The files of a tar archive, one after the other, without holding any.
 *
 * Nothing is written anywhere, but an archive with a path that leads out of a folder, or with
 * links, is none that is meant to be read, and refused.
 *
 * @param chunks - the archive, decompressed
 * @throws DatasetError `'format'` if it is damaged, cut off or hostile
 */
export async function* readTar(
  chunks: AsyncIterable<Uint8Array>,
  archive: string,
): AsyncIterable<TarFile> {
  const decoder = createTarDecoder({ strict: true });
  const reader = streamOf(chunks).pipeThrough(decoder).getReader();
  try {
    for (;;) {
      const { done, value } = await reader.read();
      if (done) return;
      const { header, body } = value;
      checkEntry(archive, header.name, header.type);
      let used = false;
      if (header.type === 'file' || header.type === undefined) {
        yield {
          name: header.name,
          sizeBytes: header.size,
          async *stream() {
            used = true;
            try {
              yield* iterate(body);
            } catch (error) {
              throw asFormatError(error, `${archive}/${header.name}`);
            }
          },
        };
      }
      // The decoder waits until each body is gone.
      if (!used) await body.cancel();
    }
  } catch (error) {
    throw asFormatError(error, archive);
  } finally {
    await reader.cancel().catch(() => {});
  }
}

function checkEntry(archive: string, name: string, type: string | undefined): void {
  const hostile =
    type === 'symlink' || type === 'link'
      ? 'is a link'
      : /^([a-z]:)?[\\/]/i.test(name)
        ? 'has an absolute path'
        : name.split(/[\\/]/).includes('..')
          ? 'leads out of the folder'
          : undefined;
  if (hostile === undefined) return;
  throw new DatasetError(
    'format',
    `load: ${archive} must hold plain files in folders; its entry ${JSON.stringify(name)} ${hostile}.`,
    { file: archive },
  );
}
