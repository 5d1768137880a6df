import { expect, it } from 'vitest';
import { precisionRecallFscoreSupport } from './precision-recall-fscore-support.js';
import { thresholdTable } from './threshold-table.js';

it('each row holds the scores of "at least the threshold", and the best F1 is the best', () => {
  const yTrue = Array.from({ length: 60 }, (_, i) => (i * 7) % 3);
  const rows = yTrue.map((label, i) => {
    const p = [1, 1, 1].map((one, j) => one + ((i * (j + 3)) % 11) / 5 + (j === label ? 1 : 0));
    const total = p.reduce((sum, value) => sum + value, 0);
    return p.map((value) => value / total);
  });
  thresholdTable(yTrue, rows).forEach(({ label, rows: table, best }, c) => {
    expect(label).toBe(c);
    for (const { threshold, precision, recall, f1Score, tp, fp, fn, tn } of [...table, best]) {
      const truth = yTrue.map((y) => Number(y === c));
      const guess = rows.map((row) => Number(row[c]! >= threshold));
      const scores = precisionRecallFscoreSupport(truth, guess, {
        labels: [1],
        zeroDivision: Number.NaN,
      });
      expect([precision, recall, f1Score]).toEqual([
        scores.precision[0],
        scores.recall[0],
        scores.fScore[0],
      ]);
      expect(tp + fp + fn + tn).toBe(60);
      expect(best.f1Score).toBeGreaterThanOrEqual(f1Score || 0);
    }
  });
});
