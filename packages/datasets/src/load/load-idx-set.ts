import type { DatasetInfo } from '../catalog/dataset-info.js';
import { datasetFromIdx } from '../idx/idx-dataset.js';
import type { ImageDataset } from '../image-dataset.js';
import type { FileProvenance, LoadOptions } from './load-options.js';
import { type LoadedDataset, loadedDataset } from './loaded-dataset.js';
import { obtainFile } from './obtain-file.js';

/** Loads a set of four IDX files: images and labels, to train and to test. */
export async function loadIdxSet(info: DatasetInfo, options: LoadOptions): Promise<LoadedDataset> {
  const files: FileProvenance[] = [];
  const parts: ImageDataset[] = [];
  for (const first of [0, 2]) {
    const images = await obtainFile(info, info.files[first]!, options);
    const labels = await obtainFile(info, info.files[first + 1]!, options);
    files.push(images.provenance, labels.provenance);
    parts.push(
      datasetFromIdx(images.bytes, labels.bytes, {
        name: info.name,
        classNames: info.classNames,
        imagesFile: images.provenance.source,
        labelsFile: labels.provenance.source,
      }),
    );
  }
  return loadedDataset(info, parts[0]!, parts[1]!, files);
}
