import type { Callback, CallbackState, Logs } from '../callback.js';
import { pythonFloat } from '../internal/python-format.js';

/** Options of {@link CSVLogger}. */
export interface CSVLoggerOptions {
  /**
   * Replaces the file by this text, at the end of each epoch. In Node `@cnnkit/training/node` has a
   * `csvLogger` that writes to a path, whole or not at all.
   */
  readonly write: (text: string) => void | Promise<void>;
  /** Text to go on from; its header stays. Default: none, a new file. */
  readonly read?: () => string | Promise<string>;
  /** Between columns. Default: ','. */
  readonly separator?: string;
}

/**
 * One line an epoch: `epoch`, then the first epoch's keys sorted, as Keras's CSVLogger writes them,
 * byte for byte. If the first epoch has no `val_*` keys, columns are kept for them; a value that is
 * missing is NA.
 */
export class CSVLogger implements Callback {
  readonly #options: CSVLoggerOptions;
  #text = '';
  #keys: string[] | undefined;

  constructor(options: CSVLoggerOptions) {
    this.#options = options;
  }

  async onTrainBegin(): Promise<void> {
    this.#keys = undefined;
    this.#text = (await this.#options.read?.()) ?? '';
  }

  async onEpochEnd(epoch: number, logs: Logs): Promise<void> {
    if (this.#keys === undefined) {
      this.#keys = columns(logs);
      if (this.#text === '') this.#add(['epoch', ...this.#keys]);
    }
    const cells = this.#keys.map((key) => {
      const value: unknown = logs[key] ?? 'NA';
      return typeof value === 'number' ? pythonFloat(value) : String(value);
    });
    this.#add([String(epoch), ...cells]);
    await this.#options.write(this.#text);
  }

  getState(): CallbackState {
    return { data: { text: this.#text, keys: this.#keys ?? null } };
  }

  setState({ data }: CallbackState): void {
    const { text, keys } = data as { text: string; keys: string[] | null };
    this.#text = text;
    this.#keys = keys ?? undefined;
  }

  #add(cells: string[]): void {
    const { separator = ',' } = this.#options;
    this.#text += `${cells.map((cell) => quoted(cell, separator)).join(separator)}\r\n`;
  }
}

function columns(logs: Logs): string[] {
  const keys = Object.keys(logs).sort();
  return keys.some((key) => key.startsWith('val_'))
    ? keys
    : [...keys, ...keys.map((key) => `val_${key}`)];
}

/** Python's csv.excel: quotes only where they are needed. */
function quoted(cell: string, separator: string): string {
  const needed = cell.includes(separator) || /["\r\n]/.test(cell);
  return needed ? `"${cell.replaceAll('"', '""')}"` : cell;
}
