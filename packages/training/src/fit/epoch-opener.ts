import type { EpochBatches, OpenEpoch } from './epoch-batches.js';

/** Opens epochs, the next one before the last is validated, so that its first batch is there in time. */
export class EpochOpener {
  readonly #open: OpenEpoch;
  #ahead: { readonly epoch: number; readonly batches: EpochBatches } | undefined;

  constructor(open: OpenEpoch) {
    this.#open = open;
  }

  /** The caller closes what it gets. */
  open(epoch: number, startBatch: number): EpochBatches {
    const ahead = this.#ahead;
    if (ahead?.epoch !== epoch || startBatch !== 0) return this.#open(epoch, startBatch);
    this.#ahead = undefined;
    return ahead.batches;
  }

  openAhead(epoch: number): void {
    this.#ahead = { epoch, batches: this.#open(epoch, 0) };
  }

  /** Closes what was opened ahead and not taken. */
  async close(): Promise<void> {
    await this.#ahead?.batches.close();
    this.#ahead = undefined;
  }
}
