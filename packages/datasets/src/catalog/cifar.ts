import type { DatasetInfo } from './dataset-info.js';

const citation =
  'A. Krizhevsky: Learning multiple layers of features from tiny images. Technical report, ' +
  'University of Toronto, 2009.';
const shared = {
  imageShape: [32, 32, 3],
  trainCount: 50_000,
  testCount: 10_000,
  licence: 'none stated; the authors ask for the citation',
  citation,
  homepage: 'https://www.cs.toronto.edu/~kriz/cifar.html',
  mirrors: [{ url: 'https://www.cs.toronto.edu/~kriz/' }],
} as const;

/** CIFAR-10: 60,000 small photographs in ten classes. */
export const cifar10Info: DatasetInfo = {
  ...shared,
  name: 'cifar-10',
  title: 'CIFAR-10',
  classNames: [
    'airplane',
    'automobile',
    'bird',
    'cat',
    'deer',
    'dog',
    'frog',
    'horse',
    'ship',
    'truck',
  ],
  statistics: { mean: [0.4914, 0.4822, 0.4465], deviation: [0.247, 0.2435, 0.2616] },
  files: [
    {
      name: 'cifar-10-binary.tar.gz',
      sizeBytes: 170_052_171,
      sha256: 'c4a38c50a1bc5f3a1c5537f2155ab9d68f9f25eb1ed8d9ddda3db29a59bca1dd',
    },
  ],
};

/** CIFAR-100: 60,000 small photographs in a hundred classes, which form twenty groups. */
export const cifar100Info: DatasetInfo = {
  ...shared,
  name: 'cifar-100',
  title: 'CIFAR-100',
  classNames: (
    'apple aquarium_fish baby bear beaver bed bee beetle bicycle bottle bowl boy bridge bus ' +
    'butterfly camel can castle caterpillar cattle chair chimpanzee clock cloud cockroach couch ' +
    'crab crocodile cup dinosaur dolphin elephant flatfish forest fox girl hamster house kangaroo ' +
    'keyboard lamp lawn_mower leopard lion lizard lobster man maple_tree motorcycle mountain mouse ' +
    'mushroom oak_tree orange orchid otter palm_tree pear pickup_truck pine_tree plain plate poppy ' +
    'porcupine possum rabbit raccoon ray road rocket rose sea seal shark shrew skunk skyscraper ' +
    'snail snake spider squirrel streetcar sunflower sweet_pepper table tank telephone television ' +
    'tiger tractor train trout tulip turtle wardrobe whale willow_tree wolf woman worm'
  ).split(' '),
  statistics: { mean: [0.5071, 0.4865, 0.4409], deviation: [0.2673, 0.2564, 0.2762] },
  files: [
    {
      name: 'cifar-100-binary.tar.gz',
      sizeBytes: 168_513_733,
      sha256: '58a81ae192c23a4be8b1804d68e518ed807d710a4eb253b1f2a199162a40d8ec',
    },
  ],
};

/** The groups of CIFAR-100's classes. */
export const cifar100CoarseNames: readonly string[] = (
  'aquatic_mammals fish flowers food_containers fruit_and_vegetables household_electrical_devices ' +
  'household_furniture insects large_carnivores large_man-made_outdoor_things ' +
  'large_natural_outdoor_scenes large_omnivores_and_herbivores medium_mammals ' +
  'non-insect_invertebrates people reptiles small_mammals trees vehicles_1 vehicles_2'
).split(' ');
