import { join } from 'node:path';
import type { ChosenBackend } from '@cnnkit/backend';
import { classificationReport, confusionMatrix } from '@cnnkit/metrics';
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
  const report = classificationReport(test.labels, predicted, {
    labels,
    targetNames: test.classNames,
    zeroDivision: 0,
  }).text;
  print(
    `\nTest loss ${result.testLoss.toFixed(4)}, test accuracy ${result.testAccuracy.toFixed(4)}\n`,
  );
  print(report);

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
  await out.write('report.html', page(run, manifest, report, pictures));
  // Last, so that a folder with a manifest is a folder with everything.
  await out.write('manifest.json', `${JSON.stringify(manifest, null, 2)}\n`);
}

function page(
  { options, data, result, interrupted }: Run,
  manifest: Manifest,
  report: string,
  pictures: readonly Picture[],
): string {
  const percent = (share: number): string => `${(share * 100).toFixed(2)} %`;
  const note = data.notice ? [{ type: 'paragraph', text: data.notice } as const] : [];
  return htmlReport({
    title: `${options.model} on ${data.name}`,
    subtitle:
      `${data.train.shape[0]} training images, ${result.history.epoch.length} epochs` +
      (interrupted ? ', ended early by Ctrl-C' : ''),
    highlights: {
      'Test accuracy': percent(result.testAccuracy),
      'Test loss': result.testLoss.toFixed(4),
      Training: `${(result.trainingMs / 1000).toFixed(1)} s`,
      'Images a second': Math.round(result.samplesPerSecond),
    },
    sections: [
      {
        heading: 'Scores',
        blocks: [
          ...note,
          { type: 'text', text: report, caption: 'Classification report on the test images.' },
        ],
      },
      ...pictures.map(({ heading, caption, svg }) => ({
        heading,
        blocks: [{ type: 'svg', svg, caption } as const],
      })),
      { heading: 'Model', blocks: [{ type: 'text', text: modelSummary(result.model) }] },
      { heading: 'Run', blocks: [{ type: 'facts', facts: facts(manifest) }] },
    ],
    footer: `Made by cnnkit on ${manifest.finished}.`,
  });
}

function facts({
  options,
  backend,
  machine,
  versions,
  data,
}: Manifest): Record<string, string | number> {
  const given = Object.entries(options).map(([key, value]) => [key, String(value ?? 'default')]);
  return {
    ...Object.fromEntries(given),
    backend: backend.description,
    threads: backend.threads ?? 'not said',
    cpu: machine.cpu,
    licence: data.licence,
    ...versions,
  };
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
