import {
  engine,
  env,
  type Tensor,
  type TensorInfo,
  tidy,
  type Variable,
} from '@tensorflow/tfjs-core';
import type { CnnkitBackend } from './backend.js';
import { Capture } from './capture.js';
import { argumentAt, type PackedCommands, packCommands } from './commands.js';
import { DeferredRows } from './kernels/choose.js';
import { sameShape } from './kernels/kernel.js';
import { isPlain, sendCopy } from './kernels/move.js';
import { renumber } from './kernels/update.js';
import { schedule } from './schedule.js';
import { Storage } from './storage.js';

/** What a step computes. */
export interface StepResult {
  /** Its results; the caller's. */
  readonly values: Tensor[];
  /** Its gradients. The next step overwrites them: the caller uses and disposes them before. */
  readonly gradients: Tensor[];
}

/** A storage that commands work on, and how a tensor of it looks. */
interface Place {
  readonly storage: Storage;
  readonly shape: readonly number[];
  readonly dtype: TensorInfo['dtype'];
}

/** A captured step, ready to be sent again. */
interface Recording {
  readonly capture: Capture;
  /** Its commands, and behind them those that copy its values to the caller. */
  readonly packed: PackedCommands;
  /** For each value which commands copy it. */
  readonly copies: readonly (readonly [first: number, end: number])[];
  readonly inputs: readonly Place[];
  readonly values: readonly Place[];
  readonly gradients: readonly Place[];
  /** Variables and the storages that the commands know them by. */
  readonly variables: readonly (readonly [Variable, Storage])[];
  /** Those of them that the commands assign. */
  readonly assigned: readonly (readonly [Variable, Storage])[];
}

/** Whether a step was recorded on inputs of those shapes. */
function isOf({ inputs: places }: Recording, inputs: readonly Tensor[]): boolean {
  if (places.length !== inputs.length) return false;
  for (let i = 0; i < places.length; i++) {
    const [place, { shape, dtype }] = [places[i]!, inputs[i]!];
    if (place.dtype !== dtype || !sameShape(place.shape, shape)) return false;
  }
  return true;
}

/** Shapes of inputs that are remembered at once: those of a full batch and of an epoch's last. */
const RECORDINGS = 2;
/** Captures that may be of no use before it is given up. */
const ATTEMPTS = 3;

const stepsOf = new WeakMap<object, readonly RecordedStep[]>();

/** Gives back what the steps of `owner` hold; they may go on. */
export function forgetStepsOf(owner: object): void {
  for (const step of stepsOf.get(owner) ?? []) step.forget();
}

/**
 * A computation that is done again and again on other values, as a training step is: tfjs's operations,
 * its tape and its gradients take their time in JavaScript each time only to send the same commands. The
 * second time that inputs of some shapes come, the commands are captured; from then on they are sent
 * again, to the same blocks.
 *
 * `compute` must be a pure function of its inputs and of variables. What else it depends on is named in
 * `assumptions`; what else it does is not done again. It may assign variables, draw random numbers
 * through kernels that know how to draw them anew, and let an optimizer step that says what its numbers
 * will be (`backend.repeatUpdates`). Where it reads values back, or nothing comes of capturing it, it
 * simply runs each time.
 */
export class RecordedStep {
  readonly #backend: CnnkitBackend;
  readonly #recordings = new Map<string, Recording>();
  readonly #seen = new Set<string>();
  #assumptions: readonly unknown[] = [];
  #attempts = 0;
  #problem: string | undefined;
  #replaying = false;

  constructor(backend: CnnkitBackend, owner?: object) {
    this.#backend = backend;
    if (owner !== undefined) stepsOf.set(owner, [...(stepsOf.get(owner) ?? []), this]);
  }

  /** How many shapes of inputs there are captured commands for. */
  get recordings(): number {
    return this.#recordings.size;
  }

  /** Whether its commands are being sent right now, so that it cannot forget them. */
  get replaying(): boolean {
    return this.#replaying;
  }

  /** Why the last capture came to nothing; undefined if it did not. */
  get problem(): string | undefined {
    return this.#problem;
  }

  /**
   * Computes, or sends what was captured. In a tidy the results belong to it, as ever.
   *
   * @param assumptions What `compute` depends on beside inputs and variables; one by one as `Object.is`
   * has it. If one differs, what was captured is forgotten.
   */
  run(
    inputs: readonly Tensor[],
    assumptions: readonly unknown[],
    compute: (inputs: Tensor[]) => StepResult,
  ): StepResult {
    if (!this.#sameAs(assumptions)) {
      this.forget();
      this.#assumptions = assumptions;
    }
    if (this.#attempts >= ATTEMPTS || !this.#mayRecord(inputs)) return compute([...inputs]);
    for (const recording of this.#recordings.values()) {
      if (!isOf(recording, inputs) || !this.#holds(recording)) continue;
      this.#replaying = true;
      try {
        return this.#replay(recording, inputs);
      } finally {
        this.#replaying = false;
      }
    }
    const key = inputs.map(({ shape, dtype }) => `${dtype} ${shape.join(' ')}`).join(', ');
    const recording = this.#recordings.get(key);
    if (recording !== undefined) {
      this.#problem = 'the variables are others at each step';
      this.#drop(key, recording);
    } else if (!this.#seen.has(key)) {
      this.#seen.add(key);
      return compute([...inputs]);
    }
    this.#attempts++;
    return this.#capture(key, inputs, compute);
  }

  /** Gives the memory back; the next steps are computed. */
  forget(): void {
    for (const [key, recording] of this.#recordings) this.#drop(key, recording);
    this.#seen.clear();
    this.#assumptions = [];
    this.#attempts = 0;
    this.#problem = undefined;
  }

  #sameAs(assumptions: readonly unknown[]): boolean {
    const known = this.#assumptions;
    if (known.length !== assumptions.length) return false;
    for (let i = 0; i < known.length; i++) if (!Object.is(known[i], assumptions[i])) return false;
    return true;
  }

  /** Not while tfjs itself watches each operation, nor within another capture. */
  #mayRecord(inputs: readonly Tensor[]): boolean {
    if (engine().state.profiling || env().getBool('DEBUG')) return false;
    if (this.#backend.capture !== undefined) return false;
    return inputs.every((input) => isPlain(input) && this.#backend.data.has(input.dataId));
  }

  /** Whether the variables are where the commands know them, those that are assigned nobody else's. */
  #holds({ variables, assigned }: Recording): boolean {
    for (const [variable, storage] of variables) {
      if (this.#storageOf(variable) !== storage) return false;
    }
    for (const [, storage] of assigned) if (storage.users > 1) return false;
    for (const [variable] of assigned) this.#detach(variable);
    return true;
  }

  /** Leaves a copy to those who hold a variable's values, as snapshots do, so that it may change in place. */
  #detach(variable: Variable): void {
    const backend = this.#backend;
    const data = backend.dataOf(variable);
    const { storage } = data;
    if (data.refCount === 1 || storage === undefined || storage.users > 1) return;
    const copy = Storage.allocate(backend, storage.type, storage.size);
    this.#copy(storage, copy);
    data.storage = copy;
    const { shape, dtype } = variable;
    const tensor = engine().makeTensorFromTensorInfo(backend.tensorOver(storage, shape, dtype));
    variable.assign(tensor);
    tensor.dispose();
  }

  /** A variable's storage; undefined if it is disposed or lives on another backend. */
  #storageOf(variable: Variable): Storage | undefined {
    const { data } = this.#backend;
    return data.has(variable.dataId) ? this.#backend.dataOf(variable).storage : undefined;
  }

  #drop(key: string, { capture, inputs, values, gradients }: Recording): void {
    this.#recordings.delete(key);
    capture.release();
    for (const { storage } of [...inputs, ...values, ...gradients]) storage.release();
  }

  #capture(
    key: string,
    inputs: readonly Tensor[],
    compute: (inputs: Tensor[]) => StepResult,
  ): StepResult {
    const backend = this.#backend;
    backend.holdStep(this);
    for (const [other, recording] of this.#recordings) {
      if (this.#recordings.size >= RECORDINGS) this.#drop(other, recording);
    }
    const places = inputs.map((input): Place => {
      const storage = Storage.allocate(backend, backend.storageOf(input).type, input.size);
      return { storage, shape: input.shape, dtype: input.dtype };
    });
    this.#fill(places, inputs);
    const before = new Map<Variable, Storage>();
    for (const variable of Object.values(engine().registeredVariables)) {
      const storage = this.#storageOf(variable);
      if (storage === undefined) continue;
      this.#detach(variable);
      storage.block();
      // An assigned variable's block must still be there at the end, to take the new values.
      before.set(variable, storage.retain());
    }
    const capture = new Capture(backend, new Set(before.values()));
    let recording: Recording | undefined;
    try {
      backend.capture = capture;
      const [values, gradients] = tidy(() => {
        const own = places.map((place) => this.#tensorOf(place));
        const result = compute(own);
        const assigned = [...before].filter(
          (entry) => this.#rebind(...entry) || capture.overwritten.has(entry[1]),
        );
        if (!capture.repeatable) capture.fail('the numbers of an update are given once');
        // Of others' values the commands would hold what they were here.
        for (const variable of Object.values(engine().registeredVariables)) {
          if (!before.has(variable) && this.#storageOf(variable) !== undefined) {
            capture.fail('a variable is new on this backend');
          }
        }
        const placeOf = (tensor: Tensor): Place => {
          const storage = backend.storageOf(tensor);
          storage.block();
          if (storage.born !== capture) capture.fail('a result was not computed in the step');
          return { storage, shape: tensor.shape, dtype: tensor.dtype };
        };
        recording = {
          capture,
          packed: packCommands([]),
          copies: [],
          inputs: places,
          values: result.values.map(placeOf),
          gradients: result.gradients.map(placeOf),
          variables: [...before].filter(
            (entry) => capture.read.has(entry[1]) || assigned.includes(entry),
          ),
          assigned,
        };
        return [result.values, result.gradients] as unknown as Tensor[];
      }) as unknown as [Tensor[], Tensor[]];
      backend.capture = undefined;
      return this.#keep(key, recording!, { values, gradients });
    } catch (error) {
      backend.capture = undefined;
      capture.release();
      for (const { storage } of places) storage.release();
      throw error;
    } finally {
      for (const storage of before.values()) storage.release();
    }
  }

  /** If the step assigned the variable: has its values copied to where they were, and leaves it there. */
  #rebind(variable: Variable, storage: Storage): boolean {
    const now = this.#storageOf(variable);
    if (now === storage) return false;
    // Ours is the one user left where nobody else holds the old values.
    if (now === undefined || storage.users > 1) {
      this.#backend.capture?.fail('the old values of an assigned variable are wanted');
      return false;
    }
    this.#copy(now, storage);
    storage.changed();
    const { shape, dtype } = variable;
    const tensor = this.#tensorOf({ storage, shape, dtype });
    variable.assign(tensor);
    tensor.dispose();
    return true;
  }

  /** Keeps the recording if it can be sent again. */
  #keep(key: string, recording: Recording, result: StepResult): StepResult {
    const { capture, inputs } = recording;
    const places = [...recording.values, ...recording.gradients];
    const blocks = new Set(places.map(({ storage }) => storage.block()));
    const { live } = capture;
    // Whatever else somebody holds would be overwritten.
    if ([...live].some((block) => !blocks.has(block))) capture.fail('it keeps tensors of its own');
    this.#problem = capture.problem;
    if (capture.problem !== undefined) {
      capture.release();
      for (const { storage } of inputs) storage.release();
      return result;
    }
    for (const { storage } of places) storage.retain();
    const sent = capture.commands.splice(0);
    const copies: [number, number][] = [];
    const { commands } = this.#backend;
    commands.recorder = {
      record: (op, chunks, ints, floats) => sent.push({ op, chunks, ints: ints.slice(), floats }),
    };
    let values: Tensor[];
    try {
      values = recording.values.map((place) => {
        const first = sent.length;
        const copy = this.#copyOf(place);
        copies.push([first, sent.length]);
        return copy;
      });
    } finally {
      commands.recorder = undefined;
    }
    const { order, placeOf, ahead } = schedule(sent, capture.blocks);
    capture.moved(placeOf);
    // What copies a value writes to a block that is another each time: alone, so those stay together.
    const copied = copies.map(([first, end]): [number, number] => {
      const place = placeOf[first] ?? 0;
      return [place, place + end - first];
    });
    const inOrder = order.map((command) => sent[command]!);
    const packed = packCommands(inOrder, ahead);
    this.#recordings.set(key, { ...recording, packed, copies: copied });
    for (const tensor of result.values) tensor.dispose();
    return { values, gradients: result.gradients };
  }

  #replay(recording: Recording, inputs: readonly Tensor[]): StepResult {
    const { capture, packed, values, gradients, assigned } = recording;
    this.#attempts = 0;
    // First what may call a program's own functions, which may throw.
    for (const { updates, next } of capture.repeated) {
      const numbers = next();
      updates.forEach((update, i) => {
        renumber(packed, update, numbers[i]!);
      });
    }
    for (const { command, at, draw } of capture.drawn) {
      packed.i32.set(draw(), argumentAt(command, at));
    }
    const fed = capture.fed.map(({ command, size, write }) => {
      const storage = Storage.written(this.#backend, size, write);
      packed.i32[argumentAt(command, 0)] = storage.block();
      return storage;
    });
    this.#fill(recording.inputs, inputs);
    const own = values.map((place, i) => this.#place(place, packed, recording.copies[i]!));
    this.#backend.commands.sendPacked(packed);
    for (const storage of fed) storage.release();
    for (const [, storage] of assigned) storage.changed();
    for (const { storage } of gradients) storage.changed();
    return { values: own, gradients: gradients.map((place) => this.#tensorOf(place)) };
  }

  /** A tensor for a value of a step, which its packed commands will copy there. */
  #place(
    { storage, shape, dtype }: Place,
    { i32 }: PackedCommands,
    [first, end]: readonly [number, number],
  ): Tensor {
    const own = Storage.allocate(this.#backend, storage.type, storage.size);
    const to = own.block();
    for (let command = first; command < end; command++) i32[argumentAt(command, 1)] = to;
    return engine().makeTensorFromTensorInfo(this.#backend.tensorOver(own, shape, dtype));
  }

  #fill(places: readonly Place[], inputs: readonly Tensor[]): void {
    places.forEach(({ storage }, i) => {
      const from = this.#backend.storageOf(inputs[i]!);
      if (from.deferred instanceof DeferredRows) from.deferred.compute(storage.block());
      else this.#copy(from, storage);
    });
  }

  #copy(from: Storage, to: Storage): void {
    if (to.size === 0) return;
    const copy = { shape: [to.size], from: [1], to: [1] };
    sendCopy(this.#backend, from.block(), to.block(), copy);
  }

  #copyOf({ storage, shape, dtype }: Place): Tensor {
    const own = Storage.allocate(this.#backend, storage.type, storage.size);
    this.#copy(storage, own);
    return engine().makeTensorFromTensorInfo(this.#backend.tensorOver(own, shape, dtype));
  }

  #tensorOf({ storage, shape, dtype }: Place): Tensor {
    const info = this.#backend.tensorOver(storage.retain(), shape, dtype);
    return engine().makeTensorFromTensorInfo(info);
  }
}
