import type { LayersModel } from '@tensorflow/tfjs-layers';
import type { Logs } from '../callback.js';

/** Which direction is better. `auto`: down for a loss, up for an accuracy and the like. */
export type MonitorMode = 'auto' | 'min' | 'max';

/** What goes wrong without an error: told to `onWarning`, for a library prints nothing. */
export type WarningHandler = (message: string) => void;

/** Metrics that Keras knows to grow with quality; all others it knows shrink. */
const UP =
  /(^|_)(acc|accuracy|auc|precision|recall|f1_score|fbeta_score|iou|mean_io_u|r2_score|cosine_similarity|specificity|sensitivity)$/;

/**
 * Compares a logged value with the best so far, as Keras's MonitorCallback does: a difference must
 * exceed `minDelta` to count.
 */
export class Monitor {
  readonly key: string;
  readonly #owner: string;
  readonly #mode: MonitorMode;
  readonly #minDelta: number;
  #up: boolean | undefined;

  constructor(
    owner: string,
    key: string,
    mode: MonitorMode,
    minDelta: number,
    onWarning: WarningHandler,
  ) {
    this.#owner = owner;
    this.key = key;
    if (!['auto', 'min', 'max'].includes(mode)) {
      onWarning(`${owner} mode '${mode}' is unknown, fallback to auto mode.`);
    }
    this.#mode = mode === 'min' || mode === 'max' ? mode : 'auto';
    this.#minDelta = Math.abs(minDelta);
  }

  /**
   * Settles the direction; Keras does so at the end of the first epoch, when metrics are known.
   *
   * @throws RangeError for `auto` and a metric whose direction is not known
   */
  resolve(model: LayersModel | undefined): void {
    if (this.#up !== undefined) return;
    if (this.#mode !== 'auto') {
      this.#up = this.#mode === 'max';
      return;
    }
    const metric = this.key.replace(/^val_/, '');
    if (metric === 'loss') this.#up = false;
    else if (UP.test(metric)) this.#up = true;
    else if (namesOf(model).includes(metric)) this.#up = false;
    else {
      throw new RangeError(
        `${this.#owner} callback received monitor=${this.key}, but it isn't known whether that metric should be ` +
          "maximized or minimized. Pass `mode='max'` in order to monitor based on the highest metric value, or " +
          "pass `mode='min'` in order to use the lowest value.",
      );
    }
  }

  value(logs: Logs): number | undefined {
    return logs[this.key];
  }

  improves(value: number, reference: number | null): boolean {
    if (reference === null) return true;
    return this.#up ? value - this.#minDelta > reference : value + this.#minDelta < reference;
  }
}

function namesOf(model: LayersModel | undefined): string[] {
  const names = (model as { metricsNames?: string[] } | undefined)?.metricsNames ?? [];
  return names.map((name) => name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`));
}
