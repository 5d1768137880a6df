import type { LayersModel, layers } from '@tensorflow/tfjs-layers';
import { checkCount } from '../internal/check.js';
import { branchingNodes, connectionsOf } from './connections.js';
import { drawTable, type TableColumn } from './table.js';

/** Options of `modelSummary`. */
export interface ModelSummaryOptions {
  /** Width of the table in characters. Default 80. */
  readonly lineLength?: number;
  /** Where each column ends, as a share of the line. Default: Keras's. */
  readonly positions?: readonly number[];
  /** Name of the model in the first line. Default the model's own. */
  readonly name?: string;
  /** Names of the layers, in order, in place of the layers' own. */
  readonly layerNames?: readonly string[];
  /** Whether a column says which layers train. Default false. */
  readonly showTrainable?: boolean;
  /** Numbers the optimizer keeps, for the line that Keras prints once training has begun. */
  readonly optimizerParameters?: number;
}

/**
 * A model's layers, shapes and parameters, character for character as Keras 3's `summary()` prints
 * them without colours. A model that is no plain chain gets the column "Connected to".
 *
 * @param model - A built model of tfjs; borrowed.
 * @returns Lines joined by newlines, none at the end.
 * @throws RangeError for a line too short for its columns, or layer names of another number.
 * @see https://keras.io/api/models/model/#summary-method
 */
export function modelSummary(
  model: LayersModel,
  {
    lineLength = 80,
    positions,
    name = model.name,
    layerNames,
    showTrainable = false,
    optimizerParameters,
  }: ModelSummaryOptions = {},
): string {
  checkCount('modelSummary', 'lineLength', lineLength);
  if (layerNames !== undefined && layerNames.length !== model.layers.length) {
    throw new RangeError(
      `modelSummary: layerNames must name the ${model.layers.length} layers; received ${layerNames.length} names.`,
    );
  }
  const names = new Map(model.layers.map((layer, i) => [layer, layerNames?.[i] ?? layer.name]));
  const nameOf = (layer: layers.Layer) => names.get(layer) ?? layer.name;
  const nodes = branchingNodes(model);
  const rows = model.layers.map((layer) => [
    `${nameOf(layer)} (${layer.getClassName()})`,
    outputShapeText(layer),
    layer.built ? thousands(layer.countParams()) : '0 (unbuilt)',
    ...(nodes ? [connectionsOf(layer, nodes, nameOf)] : []),
    ...(showTrainable ? [trainableText(layer)] : []),
  ]);
  return [
    `Model: "${name}"`,
    ...drawTable(
      columnsOf(nodes !== undefined, showTrainable, lineLength, positions),
      rows,
      lineLength,
    ),
    ...totals(model, optimizerParameters),
  ].join('\n');
}

function columnsOf(
  connected: boolean,
  showTrainable: boolean,
  lineLength: number,
  positions: readonly number[] | undefined,
): TableColumn[] {
  const columns: Omit<TableColumn, 'width'>[] = [
    { head: 'Layer (type)', align: 'left' },
    { head: 'Output Shape', align: 'left' },
    { head: 'Param #', align: 'right' },
  ];
  if (connected) columns.push({ head: 'Connected to', align: 'left' });
  const own = positions ?? (connected ? [0.3, 0.56, 0.74, 1] : [0.45, 0.8, 1]);
  const ends = showTrainable ? [...own.map((end) => end * 0.9), 1] : own;
  if (showTrainable) columns.push({ head: 'Trainable', align: 'center' });
  if (ends.length !== columns.length) {
    throw new RangeError(
      `modelSummary: positions must hold one number for each of the ${own.length} columns before Trainable; received ${positions?.length}.`,
    );
  }
  let start = 0;
  return columns.map((column, i) => {
    const width = Math.trunc(ends[i]! * lineLength) - start;
    start += width;
    if (width < 4) {
      throw new RangeError(
        `modelSummary: lineLength must leave every column 4 characters; received ${lineLength}.`,
      );
    }
    return { ...column, width };
  });
}

function outputShapeText(layer: layers.Layer): string {
  if (layer.inboundNodes.length === 0) return '?';
  // Of a layer that is used more than once, Keras shows the last use.
  const shapes = layer.inboundNodes.at(-1)!.outputShapes as unknown;
  const list = (Array.isArray((shapes as unknown[])[0]) ? shapes : [shapes]) as (number | null)[][];
  const texts = list.map((shape) => `(${shape.map((axis) => axis ?? 'None').join(', ')})`);
  return texts.length === 1 ? texts[0]! : `[${texts.join(', ')}]`;
}

function trainableText(layer: layers.Layer): string {
  if (layer.weights.length === 0) return '-';
  return layer.trainable ? 'Y' : 'N';
}

type Weights = LayersModel['weights'];

function totals(model: LayersModel, optimizerParameters: number | undefined): string[] {
  const trainable = tally(model.trainableWeights);
  const fixed = tally(model.nonTrainableWeights);
  const optimizer =
    optimizerParameters === undefined
      ? undefined
      : { count: optimizerParameters, bytes: 4 * optimizerParameters };
  const all = [trainable, fixed, ...(optimizer ? [optimizer] : [])];
  const total = {
    count: all.reduce((sum, { count }) => sum + count, 0),
    bytes: all.reduce((sum, { bytes }) => sum + bytes, 0),
  };
  const line = (label: string, { count, bytes }: { count: number; bytes: number }) =>
    ` ${label} params: ${thousands(count)} (${bytesText(bytes)})`;
  return [
    line('Total', total),
    line('Trainable', trainable),
    line('Non-trainable', fixed),
    ...(optimizer ? [line('Optimizer', optimizer)] : []),
  ];
}

function tally(weights: Weights): { count: number; bytes: number } {
  let count = 0;
  let bytes = 0;
  for (const weight of new Set(weights)) {
    const size = weight.shape.reduce<number>((a, b) => a * (b ?? 1), 1);
    count += size;
    bytes += size * (weight.dtype === 'bool' ? 1 : weight.dtype === 'complex64' ? 8 : 4);
  }
  return { count, bytes };
}

function bytesText(bytes: number): string {
  let value = bytes;
  let unit = 0;
  while (value >= 1024 && unit < UNITS.length - 1) {
    value /= 1024;
    unit++;
  }
  return `${fixedHalfEven(value)} ${UNITS[unit]}`;
}

const UNITS = ['B', 'KB', 'MB', 'GB', 'TB', 'PB'];

/** Two digits, rounded from the exact value; its ties (x.125, x.375 …) go to even, as in Python. */
function fixedHalfEven(value: number): string {
  const hundredths = value * 100;
  const low = Math.floor(hundredths);
  // Only multiples of 1/8 can be ties, and those are exact here.
  const tie = Number.isInteger(value * 8) && hundredths - low === 0.5;
  return tie ? ((low % 2 === 0 ? low : low + 1) / 100).toFixed(2) : value.toFixed(2);
}

function thousands(value: number): string {
  return String(value).replace(/\B(?=(\d{3})+(?!\d))/g, ',');
}
