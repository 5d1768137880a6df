import type { Backup } from '../../src/fit/backup.js';

/** A backup that can be looked at, and damaged. */
export function memoryBackup(
  saveFreq: 'epoch' | number,
): Backup & { bytes: Uint8Array | undefined } {
  return {
    saveFreq,
    bytes: undefined,
    async load() {
      return this.bytes;
    },
    async save(bytes) {
      this.bytes = bytes;
    },
    async remove() {
      this.bytes = undefined;
    },
  };
}
