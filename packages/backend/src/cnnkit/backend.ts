import { MathBackendCPU } from '@tensorflow/tfjs-backend-cpu';
import { type backend_util, type DataType, type TensorInfo, util } from '@tensorflow/tfjs-core';
import { Arena, type Views } from './arena.js';
import type { Capture, UpdateNumbers } from './capture.js';
import { Commands } from './commands.js';
import type { KernelLibrary } from './kernel-library.js';
import { lookUpBytes } from './kernels/choose.js';
import { updateVariables, type VariablesUpdate } from './kernels/update.js';
import type { WinogradUse } from './kernels/winograd-plan.js';
import { layoutFor } from './layout.js';
import {
  assumptionsOf,
  constraintAssumptions,
  isCompiledPurely,
  isPureOptimizer,
} from './pure-layers.js';
import { RecordedStep } from './recorded-step.js';
import { type BlockType, type Deferred, type EngineContext, Storage } from './storage.js';
import { updateAssumptions } from './tfjs-optimizers.js';

/** Elements up to which values are kept in JavaScript beside the arena. */
const SMALL = 256;

/** Recorded steps that keep their memory at once. */
const RECORDED_STEPS = 4;

type DataId = TensorInfo['dataId'];

/** What the backend knows of a tensor. `values` is what tfjs's cpu kernels read. */
export class TensorData {
  readonly dtype: DataType;
  refCount: number;
  /** Undefined for strings and complex numbers, which stay in JavaScript. */
  storage: Storage | undefined;
  readonly #values: backend_util.BackendValues | undefined;
  complexTensorInfos?: { real: TensorInfo; imag: TensorInfo };

  constructor(
    dtype: DataType,
    refCount: number,
    storage: Storage | undefined,
    values?: backend_util.BackendValues,
  ) {
    this.dtype = dtype;
    this.refCount = refCount;
    this.storage = storage;
    this.#values = values;
  }

  /** The values in JavaScript; waits for the threads if they are only in the arena. */
  get values(): backend_util.BackendValues {
    return this.storage === undefined ? this.#values! : this.storage.toHost(this.dtype);
  }
}

/**
 * The tfjs backend `cnnkit`: tensors are blocks of one memory, kernels are commands to a
 * {@link KernelLibrary}. What it has no kernel for runs as tfjs's cpu kernel, on values read back
 * from the same memory; that is why it extends the cpu backend.
 */
export class CnnkitBackend extends MathBackendCPU implements EngineContext {
  readonly library: KernelLibrary;
  readonly views: Views;
  readonly arena: Arena;
  readonly commands: Commands;
  /** Where convolutions may go by Winograd's method; it may change between two operations. */
  winograd: WinogradUse = 'checked';
  /** Whether training steps may be recorded; see `recorded-step.ts`. */
  recordSteps = true;
  /** Kernels that ran as tfjs's cpu kernels, by name, with their count. */
  readonly fallbacks: Map<string, number> = new Map();
  #capture: Capture | undefined;
  /** Those that hold memory, the one that was recorded last at the end. */
  readonly #steps = new Set<RecordedStep>();

  constructor(library: KernelLibrary, maximumBytes: number) {
    super();
    this.library = library;
    const { arena } = layoutFor(library.threads);
    const { buffer } = library.memory;
    this.views = { i32: new Int32Array(buffer), f32: new Float32Array(buffer) };
    this.arena = new Arena(library, arena, maximumBytes, this.views);
    this.commands = new Commands(library, this.views);
    this.arena.reclaim = () => this.#forgetSteps();
  }

  /** What writes down the commands that are sent now, if anything does. */
  get capture(): Capture | undefined {
    return this.#capture;
  }
  set capture(capture: Capture | undefined) {
    this.#capture = capture;
    this.arena.pool = capture;
    this.commands.recorder = capture;
  }

  /**
   * A step to be run many times over, without the JavaScript of the first times.
   *
   * @param model Whose it is, if it is one's: what the step holds is given back when that is disposed.
   */
  recordStep(model?: object): RecordedStep {
    return new RecordedStep(this, model);
  }

  /**
   * What a recorded step of training `model` depends on beside inputs and weights; undefined if model, loss,
   * metrics or optimizer may do more than compute, or nothing is to be recorded. Trainers add what is theirs.
   *
   * @param afterStep Whether metrics that have `afterStep` stay out of the step, as the trainer calls them
   * by it behind the step
   */
  stepAssumptions(model: object, optimizer: object, afterStep = false): unknown[] | undefined {
    if (!this.recordSteps || !isPureOptimizer(optimizer)) return undefined;
    if (!isCompiledPurely(model, afterStep)) return undefined;
    const layers = assumptionsOf(model);
    return layers === undefined ? undefined : [layers, optimizer, this.winograd];
  }

  /**
   * What a recorded step depends on in addition if it holds the optimizer's update too; undefined if it
   * cannot. It can for tfjs's optimizers, and for one that is recordable, has `updateIsRecordable`, and
   * calls {@link repeatUpdates} in `applyGradients`.
   */
  updateAssumptions(optimizer: object): unknown[] | undefined {
    return updateAssumptions(optimizer);
  }

  /** The same of a weight's constraint, for trainers that apply it in the step; see `pure-layers.ts`. */
  constraintAssumptions(constraint: object): readonly unknown[] | undefined {
    return constraintAssumptions(constraint);
  }

  /**
   * A float32 tensor of bytes, each of which stands for a number, as pixels do: a quarter of the memory is
   * written, and the floats are made by a kernel, right where a recorded step wants them.
   *
   * @param table What each of the 256 bytes stands for
   * @param write Puts the bytes down, at once; they are rubbish before
   * @returns undefined where it cannot: the tensor would be a constant of what is recorded
   * @throws RangeError if `table` has another length, and what `write` throws
   */
  tensorOfBytes(
    shape: readonly number[],
    table: Float32Array,
    write: (into: Uint8Array) => void,
  ): TensorInfo | undefined {
    if (this.#capture !== undefined || util.sizeFromShape([...shape]) === 0) return undefined;
    return lookUpBytes(this, shape, table, write);
  }

  /** An optimizer's step in place, for whoever has variables; see `kernels/update.ts`. */
  updateVariables(update: VariablesUpdate): void {
    updateVariables(this, update);
  }

  /**
   * Called by an optimizer after its updates: where they are recorded, `next` is called each time they
   * are sent again. It does what else a step does in JavaScript, and returns the numbers (`attrs`) of
   * each update, in their order.
   */
  repeatUpdates(next: () => readonly UpdateNumbers[]): void {
    this.#capture?.repeat(next);
  }

  /** Called by a step that is about to be recorded: few keep their memory at once. */
  holdStep(step: RecordedStep): void {
    this.#steps.delete(step);
    for (const oldest of this.#steps) {
      if (this.#steps.size < RECORDED_STEPS) break;
      oldest.forget();
      this.#steps.delete(oldest);
    }
    this.#steps.add(step);
  }

  /** Gives back what recorded steps hold, but for one that is being captured or sent. */
  #forgetSteps(): boolean {
    if (this.#capture !== undefined) return false;
    let some = false;
    for (const step of this.#steps) {
      if (step.replaying) continue;
      if (step.recordings > 0) some = true;
      step.forget();
    }
    return some;
  }

  /** Values from a program, which may reuse its array: they are copied at once. */
  override write(values: backend_util.BackendValues, shape: number[], dtype: DataType): DataId {
    const dataId = {};
    const own = ArrayBuffer.isView(values) ? (values as backend_util.TypedArray) : undefined;
    const large = own !== undefined && own.length > SMALL && dtype !== 'int32';
    this.move(dataId, large ? values : (own?.slice() ?? values), shape, dtype, 1);
    if (large) (this.data.get(dataId) as TensorData).storage?.block();
    return dataId;
  }

  /** Values from a kernel of tfjs's cpu backend, fresh and nobody else's: copied when first used. */
  override makeTensorInfo(
    shape: number[],
    dtype: DataType,
    values?: backend_util.BackendValues | string[],
  ): TensorInfo {
    if (dtype === 'string') return super.makeTensorInfo(shape, dtype, values);
    const dataId = {};
    this.move(dataId, values as backend_util.BackendValues, shape, dtype, 1);
    return { dataId, shape, dtype };
  }

  override move(
    dataId: DataId,
    values: backend_util.BackendValues,
    _shape: number[],
    dtype: DataType,
    refCount: number,
  ): void {
    const plain = dtype === 'float32' || dtype === 'int32' || dtype === 'bool';
    const data =
      plain && values != null
        ? new TensorData(dtype, refCount, Storage.fromHost(this, dtype, typed(values, dtype)))
        : new TensorData(dtype, refCount, undefined, values);
    this.data.set(dataId, data);
  }

  /** The backend's record of a tensor; tensors of other backends are moved here first. */
  dataOf(tensor: TensorInfo): TensorData {
    return this.data.get(tensor.dataId) as TensorData;
  }

  /** The storage of a number or bool tensor. */
  storageOf(tensor: TensorInfo): Storage {
    return this.dataOf(tensor).storage!;
  }

  /** Byte offset of a tensor's values in the arena. */
  blockOf(tensor: TensorInfo): number {
    return this.dataOf(tensor).storage!.block();
  }

  /** A tensor over `storage`, taking over the caller's count. */
  tensorOver(storage: Storage, shape: readonly number[], dtype: DataType): TensorInfo {
    const dataId = {};
    this.data.set(dataId, new TensorData(dtype, 1, storage));
    return { dataId, shape: shape as number[], dtype };
  }

  /** A tensor for a kernel to write. */
  output(shape: readonly number[], dtype: DataType = 'float32'): TensorInfo {
    const type: BlockType = dtype === 'int32' ? 'int32' : 'float32';
    const storage = Storage.allocate(this, type, util.sizeFromShape(shape as number[]));
    return this.tensorOver(storage, shape, dtype);
  }

  /** A tensor whose values wait for a reader, or for a consumer that computes both at once. */
  deferredOutput(shape: readonly number[], deferred: Deferred): TensorInfo {
    const storage = Storage.defer(this, util.sizeFromShape(shape as number[]), deferred);
    return this.tensorOver(storage, shape, 'float32');
  }

  override disposeData(dataId: DataId, force = false): boolean {
    if (!this.data.has(dataId)) return true;
    const data = this.data.get(dataId) as TensorData;
    data.refCount--;
    if (!force && data.refCount > 0) return false;
    const { complexTensorInfos } = data;
    if (complexTensorInfos != null) {
      this.disposeData(complexTensorInfos.real.dataId, true);
      this.disposeData(complexTensorInfos.imag.dataId, true);
    }
    this.data.delete(dataId);
    data.storage?.release();
    return true;
  }

  /** A copy, since blocks are reused and kernels may share what is read. */
  override readSync(dataId: DataId): backend_util.BackendValues {
    const { storage, dtype } = this.data.get(dataId) as TensorData;
    if (storage === undefined) return super.readSync(dataId);
    return storage.toHost(dtype).slice();
  }

  override async read(dataId: DataId): Promise<backend_util.BackendValues> {
    return this.readSync(dataId);
  }

  override async time(f: () => void): Promise<{ kernelMs: number }> {
    this.commands.sync();
    const start = util.now();
    f();
    this.commands.sync();
    return { kernelMs: util.now() - start };
  }

  /** Bytes in use and reserved in the engine's memory, beside what tfjs counts. */
  override memory(): {
    unreliable: boolean;
    reasons: string[];
    usedBytes: number;
    reservedBytes: number;
  } {
    const { usedBytes, reservedBytes } = this.arena;
    return { unreliable: false, reasons: [], usedBytes, reservedBytes };
  }

  override dispose(): void {
    this.library.close();
  }
}

function typed(values: backend_util.BackendValues, dtype: DataType): backend_util.TypedArray {
  if (dtype === 'int32')
    return values instanceof Int32Array ? values : Int32Array.from(values as ArrayLike<number>);
  if (dtype === 'bool')
    return values instanceof Uint8Array ? values : Uint8Array.from(values as ArrayLike<number>);
  return values instanceof Float32Array ? values : Float32Array.from(values as ArrayLike<number>);
}
