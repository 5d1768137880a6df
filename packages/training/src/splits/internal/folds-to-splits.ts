import type { Split } from '../split.js';

/** One split a fold out of the fold of each sample; indices ascend. */
export function foldsToSplits(foldOf: Int32Array, splits: number): Split[] {
  const sizes = new Int32Array(splits);
  for (const fold of foldOf) sizes[fold]! += 1;
  return Array.from(sizes, (size, fold) => {
    const test = new Int32Array(size);
    const train = new Int32Array(foldOf.length - size);
    let tests = 0;
    let trains = 0;
    for (let i = 0; i < foldOf.length; i++) {
      if (foldOf[i] === fold) test[tests++] = i;
      else train[trains++] = i;
    }
    return { train, test };
  });
}
