import type {
  Callback,
  CallbackState,
  Logs,
  TrainingContext,
  TrainingParams,
} from '../callback.js';

/** Where a run was when its AbortSignal ended it. */
export interface Interruption {
  readonly epoch: number;
  /** Batches of that epoch that were trained. */
  readonly batches: number;
  /** Their running means; empty if there were none. */
  readonly logs: Logs;
}

/** What `fit` returns: plain data, the values of each finished epoch by key. */
export interface History {
  /** Numbers of the finished epochs, from 0. */
  readonly epoch: number[];
  /** `loss`, `accuracy`, `val_loss` …, one value for each epoch that had it. */
  readonly history: Record<string, number[]>;
  readonly params: TrainingParams;
  /** Only on a run that its signal ended early; such a run is trained as far as it says. */
  readonly interrupted?: Interruption;
}

/** The callback that fills a {@link History}; `fit` runs one of its own, after yours. */
export class HistoryRecorder implements Callback {
  readonly epoch: number[] = [];
  readonly history: Record<string, number[]> = {};
  #params: TrainingParams | undefined;

  setContext({ params }: TrainingContext): void {
    this.#params = params;
  }

  onTrainBegin(): void {
    this.epoch.length = 0;
  }

  onEpochEnd(epoch: number, logs: Logs): void {
    this.epoch.push(epoch);
    for (const [key, value] of Object.entries(logs)) {
      this.history[key] ??= [];
      this.history[key].push(value);
    }
  }

  getState(): CallbackState {
    return { data: { epoch: [...this.epoch], history: structuredClone(this.history) } };
  }

  setState({ data }: CallbackState): void {
    const { epoch, history } = data as Pick<History, 'epoch' | 'history'>;
    this.epoch.splice(0, this.epoch.length, ...epoch);
    Object.assign(this.history, history);
  }

  toHistory(interrupted: Interruption | undefined): History {
    return {
      epoch: this.epoch,
      history: this.history,
      params: this.#params as TrainingParams,
      ...(interrupted === undefined ? {} : { interrupted }),
    };
  }
}
