/** Gives arrays with whatever an earlier call has left in them. */
export interface Memory {
  doubles(length: number): Float64Array<ArrayBuffer>;
  integers(length: number): Int32Array<ArrayBuffer>;
}

/** At most so much is left to later calls, room to sort a million scores and their weights. */
const MOST_BYTES = 2 ** 25;

/** What no call is using; held weakly, so that the engine takes it back with the next garbage. */
let spare: WeakRef<ArrayBuffer[]> | undefined;

/**
 * Lends memory that calls leave to each other: a million scores take as long to give fresh pages to as
 * to deal. What was lent must not outlive the use.
 *
 * Nobody else finds the memory while it is in use: a handler of warnings may call another metric.
 */
export function borrow<T>(use: (memory: Memory) => T): T {
  const kept = spare?.deref() ?? [];
  spare = undefined;
  const lent: ArrayBuffer[] = [];
  const lend = (bytes: number) => {
    const at = kept.findIndex((buffer) => buffer.byteLength >= bytes);
    const buffer = at < 0 ? new ArrayBuffer(bytes) : kept.splice(at, 1)[0]!;
    lent.push(buffer);
    return buffer;
  };
  const result = use({
    doubles: (length) => new Float64Array(lend(8 * length), 0, length),
    integers: (length) => new Int32Array(lend(4 * length), 0, length),
  });
  let room = MOST_BYTES;
  const left = [...lent, ...kept].filter(({ byteLength }) => {
    const fits = byteLength <= room;
    if (fits) room -= byteLength;
    return fits;
  });
  spare = new WeakRef(left);
  return result;
}
