import type { SplitSize } from '../split.js';

interface SplitCounts {
  readonly trainCount: number;
  readonly testCount: number;
}

/** The sizes of both sides out of `n` samples: test rounds up, train rounds down, as scikit-learn. */
export function splitCounts(
  caller: string,
  n: number,
  testSize: SplitSize | undefined,
  trainSize: SplitSize | undefined,
  defaultTestSize: number,
): SplitCounts {
  const test = testSize === undefined && trainSize === undefined ? defaultTestSize : testSize;
  const testAsked = test === undefined ? undefined : parseSize(caller, 'testSize', n, test);
  const trainAsked =
    trainSize === undefined ? undefined : parseSize(caller, 'trainSize', n, trainSize);
  if (testAsked?.share !== undefined && trainAsked?.share !== undefined) {
    const sum = trainAsked.share + testAsked.share;
    if (sum > 1) {
      throw new RangeError(
        `${caller}: testSize + trainSize must be at most 1; received ${sum}. Make one of them smaller.`,
      );
    }
  }
  const testWanted =
    testAsked && (testAsked.share === undefined ? testAsked.count : Math.ceil(testAsked.share * n));
  const trainWanted =
    trainAsked &&
    (trainAsked.share === undefined ? trainAsked.count : Math.floor(trainAsked.share * n));
  const trainCount = trainWanted ?? n - testWanted!;
  const testCount = testWanted ?? n - trainCount;
  if (trainCount + testCount > n) {
    throw new RangeError(
      `${caller}: testSize and trainSize must not exceed the ${n} samples; received ${testCount} + ${trainCount}. Make one of them smaller.`,
    );
  }
  if (trainCount === 0) {
    throw new RangeError(
      `${caller}: trainSize must leave at least one sample to train on; received 0 of ${n}.`,
    );
  }
  return { trainCount, testCount };
}

type Asked =
  | { readonly share: number; readonly count?: undefined }
  | { readonly share?: undefined; readonly count: number };

function parseSize(caller: string, name: string, n: number, size: SplitSize): Asked {
  const fraction = typeof size === 'object' && size !== null ? size.fraction : undefined;
  const value = fraction ?? size;
  const rule = `${caller}: ${name} must lie in (0, 1) or be a count below ${n}`;
  if (typeof value !== 'number') {
    throw new TypeError(`${rule}; received ${JSON.stringify(size) ?? String(size)}.`);
  }
  if (fraction === undefined && Number.isInteger(value)) {
    if (value < 1 || value >= n) throw new RangeError(`${rule}; received ${value}.`);
    return { count: value };
  }
  if (!(value > 0 && value < 1)) throw new RangeError(`${rule}; received ${value}.`);
  return { share: value };
}
