import type { DatasetInfo } from './dataset-info.js';
import { idxFiles } from './idx-files.js';

/** Fashion-MNIST: 70,000 articles of clothing, in the format of MNIST. */
export const fashionMnistInfo: DatasetInfo = {
  name: 'fashion-mnist',
  title: 'Fashion-MNIST',
  classNames: [
    'T-shirt/top',
    'Trouser',
    'Pullover',
    'Dress',
    'Coat',
    'Sandal',
    'Shirt',
    'Sneaker',
    'Bag',
    'Ankle boot',
  ],
  imageShape: [28, 28, 1],
  trainCount: 60_000,
  testCount: 10_000,
  licence: 'MIT',
  citation:
    'H. Xiao, K. Rasul, R. Vollgraf: Fashion-MNIST: a novel image dataset for benchmarking ' +
    'machine learning algorithms. arXiv:1708.07747, 2017.',
  homepage: 'https://github.com/zalandoresearch/fashion-mnist',
  statistics: { mean: [0.28604059698879553], deviation: [0.3530242445149226] },
  files: idxFiles(
    [60_000, 10_000],
    [
      [
        26_421_880,
        '3aede38d61863908ad78613f6a32ed271626dd12800ba2636569512369268a84',
        'c59f468a2f672dc815687fe0f83887768d799fd8a3f3276145d20f83aa44d888',
      ],
      [
        29_515,
        'a04f17134ac03560a47e3764e11b92fc97de4d1bfaf8ba1a3aa29af54cc90845',
        'bad3541b69d912435c50bb6ba87bec294ff4f6a2e1246121d8633921760443d9',
      ],
      [
        4_422_102,
        '346e55b948d973a97e58d2351dde16a484bd415d4595297633bb08f03db6a073',
        '5b4141f0afbad91edebe8549f8fcffe087ea10ca49f1dbef5c9a5cd8815ce37b',
      ],
      [
        5148,
        '67da17c76eaffca5446c3361aaab5c3cd6d1c2608764d35dfb1850b086bf8dd5',
        '0402a96d92fd2663957122ceb108a494c5af83dab82d92729df917d7dec38c34',
      ],
    ],
  ),
  mirrors: [
    { url: 'http://fashion-mnist.s3-website.eu-central-1.amazonaws.com/' },
    { url: 'https://storage.googleapis.com/tensorflow/tf-keras-datasets/' },
  ],
};
