import type { SentCommand } from './commands.js';
import { GEOMETRY_INTS } from './kernels/geometry.js';
import { Op } from './opcodes.js';

/**
 * Which arguments of a command are blocks that it writes to. One that is not here touches blocks that its
 * arguments do not name, as an update's table does, or is too rare to be worth a line: nothing runs beside it.
 * A test runs commands one by one and looks which blocks have changed.
 */
export const WRITTEN: ReadonlyMap<number, readonly number[]> = new Map([
  [Op.matmul, [3]],
  [Op.matmulTn, [2]],
  [Op.conv2d, [3]],
  [Op.conv2dDx, [2]],
  [Op.conv2dDw, [2]],
  [Op.conv2dDwNarrow, [2, 5 + GEOMETRY_INTS]],
  [Op.conv2dDxNarrow, [2]],
  [Op.conv2dFew, [3]],
  [Op.conv2dPool, [3, 4]],
  [Op.maxPool, [1]],
  [Op.avgPool, [1]],
  [Op.maxPoolGrad, [2]],
  [Op.avgPoolGrad, [2]],
  [Op.unary, [1]],
  [Op.binary, [2]],
  [Op.select, [3]],
  [Op.cast, [1]],
  [Op.reduce, [1]],
  [Op.argReduce, [1]],
  [Op.softmax, [1]],
  [Op.stridedCopy, [1]],
  [Op.transpose, [1]],
  [Op.gather, [2]],
  [Op.oneHot, [1]],
  [Op.unpool, [2]],
  [Op.unpoolSum, [2]],
  [Op.winogradFilter, [1]],
  [Op.winograd, [3, 4, 9 + GEOMETRY_INTS]],
  [Op.winogradDx, [2, 7 + GEOMETRY_INTS]],
  [Op.winogradDw, [2]],
  [Op.winogradSettle, [0]],
  [Op.pooledDx, [3, 6 + GEOMETRY_INTS]],
  [Op.pooledDw, [3, 6 + GEOMETRY_INTS]],
  [Op.pooledFirst, [2, 3]],
  [Op.batchNorm, [5]],
  [Op.batchNormSums, [3]],
  [Op.batchNormDx, [6]],
  [Op.gateSum, [2, 3]],
  [Op.depthwise, [3]],
  [Op.depthwiseDx, [2]],
  [Op.depthwiseDw, [2]],
  [Op.keepMask, [0]],
]);

/** Blocks of memory, by offset, with their sizes in bytes. */
export type Blocks = ReadonlyMap<number, number>;

/**
 * The blocks that a command writes to; undefined if it is not known of all of them.
 *
 * @param blockAt The block that an address lies in, by its offset.
 */
export function writtenBlocks(
  { op, ints }: Pick<SentCommand, 'op' | 'ints'>,
  blockAt: (address: number) => number | undefined,
): number[] | undefined {
  const written: number[] = [];
  const places = WRITTEN.get(op);
  if (places === undefined) return undefined;
  for (const place of places) {
    const address = ints[place] ?? 0;
    if (address === 0) continue;
    const block = blockAt(address >>> 0);
    if (block === undefined) return undefined;
    written.push(block);
  }
  return written;
}

/** Finds the block that an address lies in. */
export function blockFinder(blocks: Blocks): (address: number) => number | undefined {
  const offsets = Float64Array.from(blocks.keys()).sort();
  return (address) => {
    let [low, high] = [0, offsets.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      if (offsets[middle]! <= address) low = middle + 1;
      else high = middle;
    }
    const offset = offsets[low - 1];
    return offset !== undefined && address < offset + blocks.get(offset)! ? offset : undefined;
  };
}

/** Commands in another order, and how far each may run ahead. */
export interface Schedule {
  /** Which command stands at each place. */
  readonly order: readonly number[];
  /** At which place each command stands. */
  readonly placeOf: readonly number[];
  /** How many of those right before each place may still be running when its command begins. */
  readonly ahead: readonly number[];
}

/**
 * Orders commands so that neighbours have as little as possible to do with each other: then a thread need not wait
 * for another one's last chunk, as it would some thirty times in a training step. The gradients of a layer's input
 * and of its weights do not touch each other, nor do sums and transposes for other layers. What comes out is the
 * same, bit by bit: a command begins when all are finished that write what it reads or writes, or read what it writes.
 *
 * @param commands Sent one after another. Whatever was sent before them must be finished before they begin.
 * @param blocks All blocks that they write to; a command that writes elsewhere runs alone.
 */
export function schedule(commands: readonly SentCommand[], blocks: Blocks): Schedule {
  const before = dependencies(commands, blocks);
  const after: number[][] = commands.map(() => []);
  before.forEach((list, i) => {
    for (const j of list) after[j]!.push(i);
  });
  // The longest way from a command to the end, by chunks, which are roughly alike in time.
  const urgency = new Float64Array(commands.length);
  for (let i = commands.length - 1; i >= 0; i--) {
    const next = after[i]!.reduce((most, j) => Math.max(most, urgency[j]!), 0);
    urgency[i] = next + commands[i]!.chunks + 1;
  }
  const missing = before.map((list) => list.length);
  const ready = commands.map((_, i) => i).filter((i) => missing[i] === 0);
  const placeOf = commands.map(() => 0);
  const order: number[] = [];
  const ahead: number[] = [];
  while (ready.length > 0) {
    const here = order.length;
    const slackOf = (i: number) =>
      here - 1 - before[i]!.reduce((last, j) => Math.max(last, placeOf[j]!), -1);
    // Of those that need not wait for the command right before, if there are any, the most urgent.
    let best = 0;
    let slack = slackOf(ready[0]!);
    for (let k = 1; k < ready.length; k++) {
      const other = slackOf(ready[k]!);
      const free = Math.sign(other) - Math.sign(slack);
      if (free < 0 || (free === 0 && urgency[ready[k]!]! <= urgency[ready[best]!]!)) continue;
      best = k;
      slack = other;
    }
    const [chosen] = ready.splice(best, 1) as [number];
    placeOf[chosen] = here;
    order.push(chosen);
    ahead.push(slack);
    for (const j of after[chosen]!) if (--missing[j]! === 0) ready.push(j);
  }
  return { order, placeOf, ahead };
}

/** For each command those that must be finished when it begins, but for what these wait for themselves. */
function dependencies(commands: readonly SentCommand[], blocks: Blocks): number[][] {
  const blockAt = blockFinder(blocks);
  const lastWriter = new Map<number, number>();
  const readers = new Map<number, number[]>();
  let alone = -1;
  return commands.map((command, i) => {
    const written = writtenBlocks(command, blockAt);
    if (written === undefined) {
      const first = Math.max(alone, 0);
      alone = i;
      return Array.from({ length: i - first }, (_, j) => first + j);
    }
    const before = new Set<number>(alone < 0 ? [] : [alone]);
    // Numbers among the arguments that are no addresses lie in no block, or but keep it waiting.
    const touched = command.ints
      .map((value) => blockAt(value >>> 0))
      .filter((block) => block !== undefined);
    for (const block of touched) {
      const writer = lastWriter.get(block);
      if (writer !== undefined) before.add(writer);
    }
    for (const block of written) {
      for (const reader of readers.get(block) ?? []) before.add(reader);
    }
    for (const block of touched) readers.set(block, [...(readers.get(block) ?? []), i]);
    for (const block of written) {
      lastWriter.set(block, i);
      readers.delete(block);
    }
    return [...before];
  });
}
