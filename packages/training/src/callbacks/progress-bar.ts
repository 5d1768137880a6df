import type { Callback, Logs, TrainingContext } from '../callback.js';

/** Options of {@link progressBar}. */
export interface ProgressBarOptions {
  /** Where the text goes: `(text) => process.stdout.write(text)` in Node. */
  readonly write: (text: string) => void;
  /**
   * Whether the output can rewrite its current line (`process.stdout.isTTY`). Without it there is
   * one plain line for each epoch. Default: false.
   */
  readonly dynamic?: boolean;
  /** The shortest time between two updates of the line. Default: 100. */
  readonly intervalMs?: number;
  /** Cells of the bar. Default: 20. */
  readonly width?: number;
  /** Whether to say how many samples a second are trained. Default: true. */
  readonly rate?: boolean;
  /** Widest line, so that it does not wrap (`process.stdout.columns`). Default: no limit. */
  readonly columns?: number;
  /** Milliseconds from any start. Default: Date.now. */
  readonly now?: () => number;
}

/**
 * A callback that shows a run as Keras does: `Epoch 1/5`, then
 * `938/938 ━━━━━━━━━━━━━━━━━━━━ 9s 10ms/step 6,410 samples/s - accuracy: 0.9514 - loss: 0.1603`.
 *
 * It asks for a batch's logs only when it is about to draw, so that the device is not kept waiting.
 *
 * @example
 * ```ts
 * const bar = progressBar({ write: (text) => process.stdout.write(text), dynamic: process.stdout.isTTY });
 * await fit(model, train, { callbacks: [bar] });
 * ```
 */
export function progressBar(options: ProgressBarOptions): Callback {
  const { write, dynamic = false, intervalMs = 100, now = Date.now } = options;
  let context: TrainingContext | undefined;
  let startedAt = 0;
  let firstStepAt: number | undefined;
  let lastStepAt = 0;
  let open = false;
  let drawnAt = Number.NEGATIVE_INFINITY;
  let drawnWidth = 0;

  const draw = (text: string, end: string): void => {
    const padding = ' '.repeat(Math.max(0, drawnWidth - text.length));
    write(`${dynamic ? '\r' : ''}${text}${dynamic ? padding : ''}${end}`);
    drawnWidth = text.length;
    open = end === '';
  };
  const line = (step: number, logs: Logs, done: boolean): string => {
    // Validation counts for the time of the epoch, not for the speed of training.
    const seconds = (lastStepAt - startedAt) / 1000;
    // The first step compiles and warms up, so it says little of those to come.
    const perStep =
      firstStepAt !== undefined && step > 1
        ? (lastStepAt - firstStepAt) / 1000 / (step - 1)
        : seconds / Math.max(step, 1);
    const { steps, samples } = (context as TrainingContext).params;
    const trained = done
      ? samples
      : Math.min(step * (context as TrainingContext).params.batchSize, samples);
    const parts = [
      `${String(step).padStart(String(steps).length)}/${steps}`,
      bar(step / steps, options.width ?? 20),
      done ? `${Math.round((now() - startedAt) / 1000)}s` : duration(perStep * (steps - step)),
      perUnit(perStep),
    ];
    if ((options.rate ?? true) && seconds > 0) {
      parts.push(`${Math.round(trained / seconds).toLocaleString('en-US')} samples/s`);
    }
    const text = [parts.join(' '), ...Object.entries(logs).map(metric)].join(' - ');
    return options.columns !== undefined && dynamic ? text.slice(0, options.columns - 1) : text;
  };

  return {
    setContext(given) {
      context = given;
    },
    onEpochBegin(epoch) {
      const { epochs } = (context as TrainingContext).params;
      if (epochs > 1) write(`Epoch ${epoch + 1}/${epochs}\n`);
      startedAt = now();
      firstStepAt = undefined;
      drawnAt = Number.NEGATIVE_INFINITY;
      drawnWidth = 0;
    },
    needsBatchLogs() {
      return dynamic && now() - drawnAt >= intervalMs;
    },
    onTrainBatchEnd(batch, logs) {
      lastStepAt = now();
      if (batch === 0) firstStepAt = lastStepAt;
      if (!dynamic || now() - drawnAt < intervalMs || Object.keys(logs).length === 0) return;
      draw(line(batch + 1, logs, false), '');
      drawnAt = now();
    },
    onEpochEnd(_epoch, logs) {
      draw(line((context as TrainingContext).params.steps, logs, true), '\n');
    },
    onTrainEnd() {
      // A run that was interrupted leaves its line open.
      if (open) write('\n');
      open = false;
    },
  };
}

function bar(share: number, width: number): string {
  const filled = Math.min(width, Math.floor(share * width));
  return '━'.repeat(filled) + '─'.repeat(width - filled);
}

function metric([name, value]: [string, number]): string {
  const text = Math.abs(value) > 1e-3 || value === 0 ? value.toFixed(4) : value.toExponential(4);
  return `${name}: ${text}`;
}

/** As Keras's progress bar says it: `7s`, `2:05`, `1:00:00`. */
export function duration(seconds: number): string {
  const whole = Math.max(0, Math.floor(seconds));
  const [h, m, s] = [Math.floor(whole / 3600), Math.floor((whole % 3600) / 60), whole % 60];
  const two = (n: number): string => String(n).padStart(2, '0');
  if (whole > 3600) return `${h}:${two(m)}:${two(s)}`;
  return whole > 60 ? `${m}:${two(s)}` : `${whole}s`;
}

function perUnit(seconds: number): string {
  if (seconds >= 1 || seconds === 0) return `${Math.round(seconds)}s/step`;
  return seconds >= 1e-3
    ? `${Math.round(seconds * 1e3)}ms/step`
    : `${Math.round(seconds * 1e6)}us/step`;
}
