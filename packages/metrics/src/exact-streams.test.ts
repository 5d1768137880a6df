import { expect, it } from 'vitest';
import { averagePrecisionScore } from './average-precision-score.js';
import { detCurve } from './det-curve.js';
import { MultilabelScoreStream } from './multilabel-score-stream.js';
import { precisionRecallCurve } from './precision-recall-curve.js';
import { rocAucScore } from './roc-auc-score.js';
import { rocCurve } from './roc-curve.js';
import { ScoreStream } from './score-stream.js';

let state = 99;
const random = () => {
  state = (state * 48271) % 2147483647;
  return state / 2147483647;
};
const N = 5_000;
const names = Array.from({ length: N }, () =>
  random() < 0.3 ? 'cat' : random() < 0.5 ? 'dog' : 'owl',
);
// Logits of either sign, some of which tie.
const scores = names.map((name) =>
  random() < 0.2
    ? Math.round(random() * 8) - 4
    : Math.log(random() / random()) + Number(name === 'cat'),
);
const weights = Array.from(names, () => (random() < 0.1 ? 0 : random()));
const truth = names.map((name) => Number(name === 'cat'));
const EXACT = { exact: true, posLabel: 'cat' } as const;

/** Two workers that take turns over batches of other sizes, merged by what travels between them. */
function streamed(sampleWeight: readonly number[] | undefined): ScoreStream {
  const workers = [new ScoreStream(EXACT), new ScoreStream(EXACT)] as const;
  for (let at = 0, turn = 0; at < N; turn++) {
    const to = at + 1 + ((turn * 37) % 300);
    workers[(turn % 2) as 0 | 1].add(
      names.slice(at, to),
      scores.slice(at, to),
      sampleWeight?.slice(at, to),
    );
    at = to;
  }
  return workers[0].merge(JSON.parse(JSON.stringify(workers[1].state())));
}

const close = (actual: readonly number[], expected: readonly number[]) => {
  expect(actual.length).toBe(expected.length);
  expect(
    actual.every((value, i) => {
      return (
        value === expected[i] || Math.abs(value - expected[i]!) <= 1e-12 * Math.abs(expected[i]!)
      );
    }),
  ).toBe(true);
};

for (const sampleWeight of [undefined, weights]) {
  it(`an exact ScoreStream gives what the whole arrays give, ${sampleWeight ? 'with' : 'without'} weights`, () => {
    const stream = streamed(sampleWeight);
    const { yTrue, yScore, sampleWeight: kept } = stream.samples();
    expect(yScore.length).toBe(N);
    const [ours, whole] = [{ sampleWeight: kept }, { sampleWeight }];
    close([rocAucScore(yTrue, yScore, ours)], [rocAucScore(truth, scores, whole)]);
    const precisions = [yTrue, truth].map((labels, i) =>
      averagePrecisionScore(labels, i === 0 ? yScore : scores, i === 0 ? ours : whole),
    );
    close([precisions[0]!], [precisions[1]!]);
    for (const curve of [rocCurve, precisionRecallCurve, detCurve]) {
      for (const dropIntermediate of [true, false]) {
        const [a, b] = [
          curve(yTrue, yScore, { ...ours, dropIntermediate }),
          curve(truth, scores, { ...whole, dropIntermediate }),
        ];
        for (const [name, values] of Object.entries(b)) {
          close(a[name as keyof typeof a] as number[], values as number[]);
        }
      }
    }
    expect(stream.rocAucError).toBe(0);
  });
}

it('an exact ScoreStream counts batches without weights as of weight 1, before and after', () => {
  const stream = new ScoreStream({ exact: true });
  stream.add([0, 1], [0.5, 0.25]).add([1], [0.75], [3]).add([0], [0.125]);
  stream.merge(new ScoreStream({ exact: true }).add([1], [1]));
  expect(stream.state()).toEqual({
    yTrue: [0, 1, 1, 0, 1],
    yScore: [0.5, 0.25, 0.75, 0.125, 1],
    sampleWeight: [1, 1, 3, 1, 1],
  });
});

it('what an exact ScoreStream hands out is not what it keeps', () => {
  const stream = new ScoreStream({ exact: true }).add([0, 1], [0.5, 0.25]);
  (stream.samples().yScore as Float64Array)[0] = 9;
  expect(Array.from(stream.samples().yScore)).toEqual([0.5, 0.25]);
  expect(stream.merge(stream).samples().yScore.length).toBe(4);
  expect(
    new ScoreStream({ exact: true }).merge({ yTrue: [], yScore: [], sampleWeight: null }).state(),
  ).toEqual({
    yTrue: [],
    yScore: [],
    sampleWeight: null,
  });
});

it('exact streams and others do not mix, and a broken state is told', () => {
  const exact = () => new ScoreStream({ exact: true });
  expect(() => exact().merge(new ScoreStream())).toThrow(
    'ScoreStream.merge: streams must be exact to merge; received 4096 bins from 0 to 1.',
  );
  expect(() => new ScoreStream({ bins: 8 }).merge(exact())).toThrow(
    'ScoreStream.merge: streams must have 8 bins from 0 to 1 to merge; received an exact one.',
  );
  expect(() => new ScoreStream({ exact: true, bins: 8 })).toThrow(
    /exact keeps every score, so bins, low and high must not be given with it; received 8, undefined/,
  );
  const broken = (state: object) => () =>
    exact().merge({ yTrue: [0, 1], yScore: [0, 1], sampleWeight: null, ...state });
  expect(broken({ yScore: [0] })).toThrow(/must have one entry a sample; received 2, 1/);
  expect(broken({ yScore: [0, Number.NaN] })).toThrow(/yScore must hold finite numbers/);
  expect(broken({ sampleWeight: [1, Number.NaN] })).toThrow(
    /sampleWeight must hold finite numbers/,
  );
  expect(() => exact().add([0, 1], [0.5])).toThrow(/received 2, 1/);
  expect(() => exact().add([0, 1], [0.5, Number.NaN])).toThrow(/received NaN at 1/);
});

it('an exact MultilabelScoreStream gives every average of all rows at once', () => {
  const rows = Array.from({ length: 300 }, () =>
    [0, 1, 2].map((j) => Number(random() < 0.3 + j / 10)),
  );
  const given = rows.map((row) => row.map((one) => random() + one / 2));
  for (const sampleWeight of [undefined, rows.map(random)]) {
    const stream = new MultilabelScoreStream(3, { exact: true });
    const other = new MultilabelScoreStream(3, { exact: true });
    stream.add(rows.slice(0, 100), given.slice(0, 100), sampleWeight?.slice(0, 100));
    other.add(rows.slice(100), given.slice(100), sampleWeight?.slice(100));
    stream.merge(JSON.parse(JSON.stringify(other.state())));
    for (const average of ['micro', 'macro', 'weighted'] as const) {
      const options = { sampleWeight, average };
      close([stream.rocAucScore({ average })], [rocAucScore(rows, given, options)]);
      close(
        [stream.averagePrecisionScore({ average })],
        [averagePrecisionScore(rows, given, options)],
      );
    }
    const areas = rocAucScore(rows, given, { sampleWeight, average: null });
    close(stream.rocAucScore({ average: null }), areas as number[]);
  }
});
