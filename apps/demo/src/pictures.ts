import type { ImageDataset } from '@cnnkit/datasets';
import type { ConfusionMatrix } from '@cnnkit/metrics';
import {
  confusionMatrixPlot,
  featureMaps,
  filterGrid,
  learningCurves,
  predictionGrid,
} from '@cnnkit/visualization';
import { layerActivations, layerFilters } from '@cnnkit/visualization/tfjs';
import type { TrainingResult } from './train.js';

/** A picture of a run: its file name without ending, what it shows, and the SVG. */
export interface Picture {
  readonly name: string;
  readonly heading: string;
  readonly caption: string;
  readonly svg: string;
}

/** Everything there is to see of a trained model. */
export async function drawPictures(
  { model, history, probabilities }: TrainingResult,
  test: ImageDataset,
  predicted: Int32Array,
  confusion: ConfusionMatrix,
): Promise<Picture[]> {
  const pictures: Picture[] = [];
  if (history.epoch.length > 0) {
    pictures.push({
      name: 'learning-curves',
      heading: 'Learning curves',
      caption: 'Loss and accuracy of each epoch; training dashed, validation solid.',
      svg: await learningCurves(history),
    });
  }
  pictures.push({
    name: 'confusion-matrix',
    heading: 'Confusion matrix',
    caption: 'Rows are the true classes, columns the predicted ones.',
    svg: await confusionMatrixPlot(confusion.matrix, { classNames: test.classNames, title: '' }),
  });
  pictures.push({
    name: 'predictions',
    heading: 'Predictions',
    caption: 'The first test images: predicted class, its probability, and the true class.',
    svg: predictionGrid(test, probabilities, { count: 15 }),
  });
  const wrong = confidentMistakes(test.labels, predicted, probabilities, test.classNames.length);
  if (wrong.length > 0) {
    pictures.push({
      name: 'mistakes',
      heading: 'Most confident mistakes',
      caption: 'Test images of which the model is surest and wrong.',
      svg: predictionGrid(test, probabilities, { indices: wrong }),
    });
  }
  const filters = await layerFilters(model);
  if (filters.length > 0) {
    pictures.push({
      name: 'filters',
      heading: 'Filters',
      caption:
        'Weights of the convolutions, from dark (the least of the layer) to light (the greatest); of large layers the first.',
      svg: filterGrid(filters, { maxFilters: 16, maxChannels: 16 }),
    });
    pictures.push({
      name: 'feature-maps',
      heading: 'Feature maps',
      caption: 'What each layer makes of the first test image.',
      svg: featureMaps(await layerActivations(model, firstImage(test))),
    });
  }
  return pictures;
}

/** Test images predicted wrongly, the surest first; at most 15. */
function confidentMistakes(
  labels: Int32Array,
  predicted: Int32Array,
  probabilities: Float32Array,
  classes: number,
): number[] {
  const confidence = (i: number): number => probabilities[i * classes + (predicted[i] ?? 0)] ?? 0;
  return Array.from(labels.keys())
    .filter((i) => labels[i] !== predicted[i])
    .sort((a, b) => confidence(b) - confidence(a))
    .slice(0, 15);
}

/** The first image as the model wants it: pixels from 0 to 1. */
function firstImage({ images, shape: [, height, width, channels] }: ImageDataset): {
  data: Float32Array;
  shape: readonly [number, number, number];
} {
  const pixels = images.subarray(0, height * width * channels);
  return {
    data: Float32Array.from(pixels, (value) => value / 255),
    shape: [height, width, channels],
  };
}
