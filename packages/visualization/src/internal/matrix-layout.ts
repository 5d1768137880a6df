import { textWidth, truncate } from './text-width.js';

export interface MatrixLayout {
  /** Pixels a side. */
  readonly size: number;
  readonly gap: number;
  readonly radius: number;
  readonly labels: readonly string[];
  readonly labelSize: number;
  readonly xLabels: object;
  readonly numbers: boolean;
  readonly numberSize: number;
}

const longestLabel = 150;

/** How big the cells of a confusion matrix are, and whether and how its texts fit. */
export function matrixLayout(names: readonly string[], texts: readonly string[]): MatrixLayout {
  const classes = names.length;
  const cell =
    classes <= 4 ? 64 : classes <= 12 ? 44 : classes <= 25 ? 28 : classes <= 40 ? 18 : 10;
  const labelSize = Math.min(11, Math.max(7, cell - 2));
  const labels = names.map((name) => truncate(name, longestLabel, labelSize));
  const widest = Math.max(...labels.map((label) => textWidth(label, labelSize)));
  const numberSize = cell >= 44 ? 11.5 : 9;
  const widestNumber = Math.max(0, ...texts.map((text) => textWidth(text, numberSize)));
  return {
    size: cell * classes,
    gap: cell >= 28 ? 0.06 : 0,
    radius: cell >= 28 ? 2 : 0,
    labels,
    labelSize,
    xLabels: labelAngle(widest, cell),
    numbers: widestNumber <= cell - 4,
    numberSize,
  };
}

/** Flat labels where they fit their column, slanted ones over wide columns, upright ones else. */
function labelAngle(widest: number, cell: number): object {
  if (widest <= cell - 4) return { labelAngle: 0 };
  if (cell >= 28) return { labelAngle: -45, labelAlign: 'right', labelBaseline: 'middle' };
  return { labelAngle: -90, labelAlign: 'right', labelBaseline: 'middle' };
}
