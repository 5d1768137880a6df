import type { DatasetInfo } from './dataset-info.js';
import { idxFiles } from './idx-files.js';

/** Kuzushiji-MNIST: 70,000 cursive Japanese characters, in the format of MNIST. */
export const kmnistInfo: DatasetInfo = {
  name: 'kmnist',
  title: 'Kuzushiji-MNIST',
  classNames: ['o', 'ki', 'su', 'tsu', 'na', 'ha', 'ma', 'ya', 're', 'wo'],
  imageShape: [28, 28, 1],
  trainCount: 60_000,
  testCount: 10_000,
  licence: 'CC BY-SA 4.0',
  citation:
    'T. Clanuwat, M. Bober-Irizar, A. Kitamoto, A. Lamb, K. Yamamoto, D. Ha: Deep learning for ' +
    'classical Japanese literature. arXiv:1812.01718, 2018.',
  homepage: 'http://codh.rois.ac.jp/kmnist/',
  statistics: { mean: [0.1918], deviation: [0.3483] },
  files: idxFiles(
    [60_000, 10_000],
    [
      [18_165_135, '51467d22d8cc72929e2a028a0428f2086b092bb31cfb79c69cc0a90ce135fde4'],
      [29_497, 'e38f9ebcd0f3ebcdec7fc8eabdcdaef93bb0df8ea12bee65224341c8183d8e17'],
      [3_041_136, 'edd7a857845ad6bb1d0ba43fe7e794d164fe2dce499a1694695a792adfac43c5'],
      [5120, '20bb9a0ef54c7db3efc55a92eef5582c109615df22683c380526788f98e42a1c'],
    ],
  ),
  mirrors: [{ url: 'http://codh.rois.ac.jp/kmnist/dataset/kmnist/' }],
};
