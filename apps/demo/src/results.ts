import { join } from 'node:path';
import type { ChosenBackend } from '@cnnkit/backend';
import {
  type ClassificationReport,
  classificationReport,
  confusionMatrix,
  reportTable,
} from '@cnnkit/metrics';
import { modelSummary } from '@cnnkit/models';
import { saveModel } from '@cnnkit/training/node';
import { htmlReport, svgToPng } from '@cnnkit/visualization';
import { historyCsv } from './history-csv.js';
import type { DemoData } from './load-data.js';
import { type Manifest, makeManifest } from './manifest.js';
import type { DemoOptions } from './options.js';
import type { OutputFolder } from './output-folder.js';
import { drawPictures, type Picture } from './pictures.js';
import type { TrainingResult } from './train.js';

export interface Run {
  readonly options: DemoOptions;
  readonly data: DemoData;
  readonly backend: ChosenBackend;
  readonly result: TrainingResult;
  readonly out: OutputFolder;
  /** Whether Ctrl-C ended the training early. */
  readonly interrupted: boolean;
  readonly print: (text: string) => void;
}

/** Prints and writes everything a run leaves behind. */
export async function writeResults(run: Run): Promise<void> {
  const { data, result, out, print } = run;
  const { test } = data;
  const predicted = argmaxRows(result.probabilities, test.classNames.length);
  const labels = test.classNames.map((_, label) => label);
  const scoring = { labels, targetNames: test.classNames, zeroDivision: 0 } as const;
  print(
    `\nTest loss ${result.testLoss.toFixed(4)}, test accuracy ${result.testAccuracy.toFixed(4)}\n`,
  );
  print(classificationReport(test.labels, predicted, scoring).text);

  const { history } = result;
  await saveModel(result.model, join(out.path, 'model'));
  await out.write('history.json', `${JSON.stringify(history, null, 2)}\n`);
  await out.write('history.csv', historyCsv(history.epoch, history.history));

  const confusion = confusionMatrix(test.labels, predicted, { labels });
  const pictures = await drawPictures(result, test, predicted, confusion);
  for (const { name, svg } of pictures) {
    await out.write(join('pictures', `${name}.svg`), svg);
    await out.write(join('pictures', `${name}.png`), await svgToPng(svg));
  }
  const manifest = makeManifest(run);
  // Two digits tell the classes of a good model apart no more.
  const report = classificationReport(test.labels, predicted, { ...scoring, digits: 4 });
  await out.write('report.html', page(run, manifest, report, pictures));
  // Last, so that a folder with a manifest is a folder with everything.
  await out.write('manifest.json', `${JSON.stringify(manifest, null, 2)}\n`);
}

function page(
  run: Run,
  manifest: Manifest,
  report: ClassificationReport,
  pictures: readonly Picture[],
): string {
  const { options, data, result, interrupted } = run;
  const epochs = result.history.epoch.length;
  const images = data.train.shape[0];
  const validating = images - Math.floor(images * (1 - options.validationSplit));
  const note = data.notice ? [{ type: 'paragraph', text: data.notice } as const] : [];
  return htmlReport({
    title: `${options.model} on ${data.name}`,
    subtitle:
      `${epochs} ${epochs === 1 ? 'epoch' : 'epochs'} over ${grouped(images)} images` +
      (validating > 0 ? `, of which ${grouped(validating)} validate` : '') +
      (interrupted ? '; ended early by Ctrl-C' : ''),
    highlights: {
      'Test accuracy': `${(result.testAccuracy * 100).toFixed(2)}%`,
      'Test loss': result.testLoss.toFixed(4),
      Training: `${(result.trainingMs / 1000).toFixed(1)} s`,
      'Images a second': grouped(Math.round(result.samplesPerSecond)),
    },
    sections: [
      {
        heading: 'Scores',
        blocks: [
          ...note,
          {
            type: 'table',
            ...scoreTable(report),
            caption: `Precision, recall and F1 of each class on ${grouped(data.test.shape[0])} test images.`,
          },
        ],
      },
      ...pictures.map(({ heading, caption, svg }) => ({
        heading,
        blocks: [{ type: 'svg', svg, caption } as const],
      })),
      { heading: 'Model', blocks: [{ type: 'text', text: modelSummary(result.model) }] },
      { heading: 'Run', blocks: [{ type: 'facts', facts: facts(manifest) }] },
    ],
    footer: `Made by cnnkit on ${manifest.finished.slice(0, 16).replace('T', ', ')} UTC.`,
  });
}

function scoreTable(report: ClassificationReport): {
  readonly columns: readonly string[];
  readonly rows: readonly (readonly (string | number)[])[];
} {
  const { columns, groups } = reportTable(report);
  return {
    columns: columns.map(({ title }) => title),
    rows: groups.flat().map((cells) => cells.map(({ text }) => text)),
  };
}

/** What the command line decided, then what the machine added, in words. */
function facts({
  options,
  backend,
  machine,
  versions,
  data,
}: Manifest): Record<string, string | number> {
  const { learningRate, samples } = options;
  return {
    Data: data.name,
    Model: options.model,
    Epochs: options.epochs,
    'Batch size': options.batchSize,
    Optimizer: options.optimizer,
    'Learning rate': `${learningRate ?? "the optimizer's own"}, falling to 0`,
    Seed: options.seed,
    'Training images': samples === undefined ? 'all' : `the first ${grouped(samples)}`,
    'Validation share': options.validationSplit,
    Backend: backend.description,
    Threads: backend.threads ?? 'not said',
    Processor: machine.cpu,
    'Licence of the data': data.licence,
    ...versions,
  };
}

/** Thousands apart, the same in every locale. */
function grouped(count: number): string {
  return String(count).replace(/\B(?=(\d{3})+$)/g, ',');
}

function argmaxRows(values: Float32Array, classes: number): Int32Array {
  const best = new Int32Array(values.length / classes);
  for (let row = 0; row < best.length; row++) {
    const at = row * classes;
    let winner = 0;
    for (let j = 1; j < classes; j++) if (values[at + j]! > values[at + winner]!) winner = j;
    best[row] = winner;
  }
  return best;
}
