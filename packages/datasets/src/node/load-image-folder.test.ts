import {
  createReadStream,
  mkdirSync,
  mkdtempSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { createGunzip } from 'node:zlib';
import { RandomState } from '@cnnkit/random';
import { encode } from 'fast-png';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { realDataTest } from '../../test/real-data.js';
import { collectAll } from '../archives/collect.js';
import { readTar } from '../archives/tar.js';
import { datasetFromCifar, datasetToCifar } from '../cifar/cifar-dataset.js';
import { DatasetError } from '../dataset-error.js';
import { datasetFromImages, type ImageFile } from '../images/dataset-from-images.js';
import { loadImageFolder } from './load-image-folder.js';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'cnnkit-images-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

/** A picture of 2 x 2 that is gray all over. */
function put(path: string, gray: number): void {
  const bytes = encode({
    data: new Uint8Array(4).fill(gray),
    width: 2,
    height: 2,
    channels: 1,
    depth: 8,
  });
  mkdirSync(dirname(join(folder, path)), { recursive: true });
  writeFileSync(join(folder, path), bytes);
}

const options = { size: [1, 1], channels: 1 } as const;

test('takes classes and files in the order of Keras, and passes over the rest', async () => {
  put('dog/b.png', 1);
  put('dog/a.PNG', 2);
  put('dog/sub/c.png', 3);
  put('Cat/10.png', 4);
  put('Cat/9.png', 5);
  put('.hidden/x.png', 6);
  put('stray.png', 7);
  writeFileSync(join(folder, 'dog/notes.txt'), 'no picture');
  const { train, validation, paths } = await loadImageFolder(folder, options);
  expect(paths).toEqual(['Cat/10.png', 'Cat/9.png', 'dog/a.PNG', 'dog/b.png', 'dog/sub/c.png']);
  expect([...train.images]).toEqual([4, 5, 2, 1, 3]);
  expect([...train.labels]).toEqual([0, 0, 1, 1, 1]);
  expect(train.classNames).toEqual(['Cat', 'dog']);
  expect(validation.shape[0]).toBe(0);
});

test('shuffles by seed and splits off the end, as Keras does', async () => {
  for (let i = 0; i < 10; i++) put(`${i % 2 === 0 ? 'a' : 'b'}/${i}.png`, i);
  const plain = (await loadImageFolder(folder, options)).paths;
  const split = await loadImageFolder(folder, { ...options, seed: 3, validationSplit: 0.35 });
  const order = Int32Array.from({ length: 10 }, (_, i) => i);
  new RandomState(3).shuffle(order);
  expect(split.paths).toEqual(Array.from(order, (i) => plain[i]));
  expect(split.train.shape[0]).toBe(7);
  expect(split.validation.shape[0]).toBe(3);
  expect([...split.train.images, ...split.validation.images]).toEqual(
    split.paths.map((path) => Number(/(\d)\.png/.exec(path)![1])),
  );
});

test('reports broken files by name', async () => {
  put('a/1.png', 1);
  writeFileSync(join(folder, 'a/2.png'), 'no picture');
  writeFileSync(join(folder, 'a/3.bmp'), 'BM');
  await expect(loadImageFolder(folder, options)).rejects.toThrow('a/2.png');
  const { train, skipped } = await loadImageFolder(folder, { ...options, broken: 'skip' });
  expect(train.shape[0]).toBe(1);
  expect(skipped.map(({ path }) => path)).toEqual(['a/2.png', 'a/3.bmp']);
});

test('does not follow links', async () => {
  put('a/1.png', 1);
  symlinkSync('/', join(folder, 'a/link'));
  expect((await loadImageFolder(folder, options)).paths).toEqual(['a/1.png']);
});

test('refuses a folder that is not there, is empty, and a wrong split', async () => {
  await expect(loadImageFolder(join(folder, 'none'), options)).rejects.toThrow(DatasetError);
  await expect(loadImageFolder(folder, options)).rejects.toThrow('there is no image');
  await expect(loadImageFolder(folder, { ...options, validationSplit: 1 })).rejects.toThrow(
    RangeError,
  );
});

realDataTest(
  'reads the CIFAR-10 photographs as JPEG, and CIFAR binary made of them',
  'cifar-10-images',
  async (dataDir) => {
    const archive = join(dataDir, 'cifar-10-images/cifar-10-images.tar.gz');
    async function* photographs(): AsyncIterable<ImageFile> {
      let count = 0;
      const stream = createReadStream(archive).pipe(createGunzip());
      for await (const file of readTar(stream, archive)) {
        const path = /train\/(.*\.jpg)$/.exec(file.name)?.[1];
        if (path === undefined) continue;
        const bytes = await collectAll(file.stream(), file.sizeBytes, file.sizeBytes, file.name);
        yield { path, read: () => bytes };
        if (++count === 300) return;
      }
    }
    const { dataset } = await datasetFromImages(photographs(), { size: [32, 32] });
    expect(dataset.shape).toEqual([300, 32, 32, 3]);
    const { name, classNames } = dataset;
    const back = datasetFromCifar(datasetToCifar(dataset), { name, classNames });
    expect(Buffer.compare(back.images, dataset.images)).toBe(0);
    expect(back.labels).toEqual(dataset.labels);
  },
);
