import { DatasetError } from '../dataset-error.js';
import { createImageDataset, type ImageDataset } from '../image-dataset.js';

/** How {@link datasetFromCsv} reads a table. */
export interface CsvDatasetOptions {
  /** `[height, width, channels]` of each row; its pixels in NHWC order. */
  readonly shape: readonly [height: number, width: number, channels: number];
  /** Column of the label, by position from 0. Default: 0. */
  readonly labelColumn?: number;
  /** Whether the first line holds names. Default: it does if one of its pixels is no number. */
  readonly header?: boolean;
  /**
   * What the labels stand for. If labels are whole numbers, they count these; else they are looked
   * up in them. Default: numbers from 0, or the texts that occur, sorted.
   */
  readonly classNames?: readonly string[];
  /** Default: `','`. */
  readonly separator?: string;
  /** Name of the dataset. Default: `'csv'`. */
  readonly name?: string;
  /** Name of the file, for messages. Default: `'the table'`. */
  readonly file?: string;
}

/**
 * A dataset out of a table with an image in each line: a label, and pixels from 0 to 255.
 *
 * This is how MNIST and its kin are passed around as CSV.
 *
 * @param text - the whole table; empty lines are passed over
 * @throws DatasetError `'format'` that names file and line
 * @throws RangeError if an option is out of its range
 * @example
 * ```ts
 * const dataset = datasetFromCsv('label,a,b\n1,0,255\n', { shape: [1, 2, 1] });
 * ```
 */
export function datasetFromCsv(text: string, options: CsvDatasetOptions): ImageDataset {
  const { shape, labelColumn = 0, separator = ',', name = 'csv', file = 'the table' } = options;
  const [height, width, channels] = shape;
  const pixels = height * width * channels;
  if (!Number.isInteger(labelColumn) || labelColumn < 0 || labelColumn > pixels) {
    throw new RangeError(
      `datasetFromCsv: labelColumn must lie in 0 to ${pixels}; received ${labelColumn}.`,
    );
  }
  const fail = (line: number, what: string): never => {
    throw new DatasetError('format', `datasetFromCsv: line ${line} of ${file} ${what}.`, { file });
  };
  const lines = text.split(/\r?\n/);
  const images = new Uint8Array(lines.length * pixels);
  const labels: string[] = [];
  let first = true;
  lines.forEach((line, i) => {
    if (line.trim() === '') return;
    const cells = line.split(separator).map(unquote);
    const isFirst = first;
    first = false;
    const isHeader = isFirst && (options.header ?? looksLikeHeader(cells, labelColumn));
    if (cells.length !== pixels + 1) {
      fail(i + 1, `must have ${pixels + 1} columns; it has ${cells.length}`);
    }
    if (isHeader) return;
    const start = labels.length * pixels;
    let column = 0;
    cells.forEach((cell, c) => {
      if (c === labelColumn) return;
      const value = cell === '' ? Number.NaN : Number(cell);
      if (!Number.isInteger(value) || value < 0 || value > 255) {
        fail(
          i + 1,
          `must hold whole numbers from 0 to 255; column ${c + 1} holds ${JSON.stringify(cell)}`,
        );
      }
      images[start + column++] = value;
    });
    labels.push(cells[labelColumn]!);
  });
  const { indices, classNames } = numberLabels(labels, options.classNames, (index, label, rule) => {
    throw new DatasetError(
      'format',
      `datasetFromCsv: labels of ${file} must be ${rule}; image ${index} has ${JSON.stringify(label)}.`,
      { file },
    );
  });
  return createImageDataset({
    name,
    images: images.slice(0, labels.length * pixels),
    labels: indices,
    shape: [labels.length, height, width, channels],
    classNames,
  });
}

function looksLikeHeader(cells: readonly string[], labelColumn: number): boolean {
  return cells.some((cell, c) => c !== labelColumn && Number.isNaN(Number(cell)));
}

function unquote(cell: string): string {
  const trimmed = cell.trim();
  return trimmed.length > 1 && trimmed.startsWith('"') && trimmed.endsWith('"')
    ? trimmed.slice(1, -1).replaceAll('""', '"')
    : trimmed;
}

function numberLabels(
  labels: readonly string[],
  given: readonly string[] | undefined,
  fail: (index: number, label: string, rule: string) => never,
): { indices: Int32Array; classNames: readonly string[] } {
  const numeric = labels.every((label) => /^\d{1,9}$/.test(label));
  if (numeric) {
    const indices = Int32Array.from(labels, Number);
    const largest = indices.reduce((a, b) => Math.max(a, b), -1);
    // A class for each number up to the largest: one stray label must not make a billion.
    if (given === undefined && largest > 65_535) {
      fail(indices.indexOf(largest), String(largest), 'at most 65535');
    }
    const classNames = given ?? Array.from({ length: largest + 1 }, (_, i) => String(i));
    const bad = indices.findIndex((label) => label >= classNames.length);
    if (bad !== -1) fail(bad, labels[bad]!, `below ${classNames.length}`);
    return { indices, classNames };
  }
  const classNames = given ?? [...new Set(labels)].sort();
  const indices = Int32Array.from(labels, (label) => classNames.indexOf(label));
  const bad = indices.indexOf(-1);
  if (bad !== -1) fail(bad, labels[bad]!, `one of ${classNames.join(', ')}`);
  return { indices, classNames };
}
