import type { ChannelStatistics } from '../channel-statistics.js';
import type { DatasetInfo } from './dataset-info.js';

/** The six ways in which EMNIST is cut. */
export type EmnistSplit = 'byclass' | 'bymerge' | 'balanced' | 'letters' | 'digits' | 'mnist';

const DIGITS = [...'0123456789'];
const UPPER = [...'ABCDEFGHIJKLMNOPQRSTUVWXYZ'];
const LOWER = [...'abcdefghijklmnopqrstuvwxyz'];
/** Small letters that look unlike their capitals; the others are merged with them. */
const DISTINCT_LOWER = [...'abdefghnqrt'];
const MERGED = [...DIGITS, ...UPPER, ...DISTINCT_LOWER];

function infoOf(
  split: EmnistSplit,
  classNames: readonly string[],
  trainCount: number,
  testCount: number,
  statistics: readonly [mean: number, deviation: number],
): DatasetInfo {
  const [mean, deviation] = statistics;
  return {
    name: `emnist-${split}`,
    // One archive holds all splits, so they share its place.
    folder: 'emnist',
    title: `EMNIST ${split}`,
    classNames,
    imageShape: [28, 28, 1],
    trainCount,
    testCount,
    licence: 'a work of the United States government (NIST), not subject to copyright there',
    citation:
      'G. Cohen, S. Afshar, J. Tapson, A. van Schaik: EMNIST: an extension of MNIST to ' +
      'handwritten letters. arXiv:1702.05373, 2017.',
    homepage: 'https://www.nist.gov/itl/products-and-services/emnist-dataset',
    statistics: { mean: [mean], deviation: [deviation] } satisfies ChannelStatistics,
    files: [
      {
        name: 'gzip.zip',
        sizeBytes: 561_753_746,
        sha256: 'fb9bb67e33772a9cc0b895e4ecf36d2cf35be8b709693c3564cea2a019fcda8e',
      },
    ],
    mirrors: [{ url: 'https://biometrics.nist.gov/cs_links/EMNIST/' }],
  };
}

/** The six splits by name. */
export const emnistInfos: Readonly<Record<EmnistSplit, DatasetInfo>> = {
  byclass: infoOf('byclass', [...DIGITS, ...UPPER, ...LOWER], 697_932, 116_323, [0.1736, 0.3317]),
  bymerge: infoOf('bymerge', MERGED, 697_932, 116_323, [0.1736, 0.3317]),
  balanced: infoOf('balanced', MERGED, 112_800, 18_800, [0.1751, 0.3332]),
  letters: infoOf('letters', LOWER, 124_800, 20_800, [0.1722, 0.3309]),
  digits: infoOf('digits', DIGITS, 240_000, 40_000, [0.1733, 0.3318]),
  mnist: infoOf('mnist', DIGITS, 60_000, 10_000, [0.1733, 0.3317]),
};
