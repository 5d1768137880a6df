import { gzipSync } from 'node:zlib';
import * as metrics from '@cnnkit/metrics';
import { build } from 'esbuild';
import { describe, expect, it } from 'vitest';

const index = new URL('../src/index.ts', import.meta.url).pathname;

/** Bytes of what a page loads for one export: bundled, minified, compressed. */
async function gzippedBytes(names: readonly string[]): Promise<number> {
  const result = await build({
    stdin: {
      contents: `export { ${names.join(', ')} } from ${JSON.stringify(index)};`,
      resolveDir: '.',
      loader: 'ts',
    },
    bundle: true,
    minify: true,
    format: 'esm',
    target: 'es2022',
    write: false,
    logLevel: 'silent',
    metafile: true,
  });
  const imports = Object.values(result.metafile.outputs).flatMap((output) => output.imports);
  expect(imports, 'the package imports nothing').toEqual([]);
  return gzipSync(result.outputFiles[0]!.contents, { level: 9 }).byteLength;
}

/** The most that each function may weigh, in bytes: what it weighs today and a little room. */
const LIMITS: Readonly<Record<string, number>> = {
  CalibrationStream: 5_300,
  LabelStream: 7_200,
  MultilabelScoreStream: 10_100,
  MultilabelStream: 7_800,
  ProbabilityStream: 4_000,
  ScoreStream: 4_000,
  accuracyScore: 3_450,
  auc: 950,
  averagePrecisionScore: 6_900,
  balancedAccuracyScore: 4_000,
  bootstrapInterval: 4_200,
  brierScoreLoss: 5_100,
  calibrationCurve: 3_800,
  classIndices: 1_250,
  classificationReport: 6_350,
  cohenKappaScore: 4_650,
  comparisonTable: 1_100,
  computeClassWeight: 3_350,
  confusedPairsOf: 300,
  confusionMatrix: 4_450,
  confusionTable: 750,
  detCurve: 6_550,
  expectedCalibrationError: 3_500,
  f1Score: 5_500,
  fbetaScore: 5_550,
  hammingLoss: 3_450,
  jaccardScore: 5_250,
  logLoss: 4_600,
  matthewsCorrcoef: 4_350,
  mcnemarTest: 3_550,
  mostConfidentMistakes: 3_200,
  mostConfusedPairs: 4_600,
  multilabelConfusionMatrix: 4_300,
  pairedBootstrap: 1_800,
  precisionRecallCurve: 6_400,
  precisionRecallFscoreSupport: 5_550,
  precisionScore: 5_500,
  recallScore: 5_500,
  reportDictionary: 250,
  reportTable: 800,
  rocAucScore: 8_050,
  rocCurve: 6_450,
  tableCsv: 250,
  tableHtml: 550,
  tableMarkdown: 300,
  tableTerminal: 900,
  tableText: 350,
  thresholdTable: 6_300,
  topKAccuracyScore: 4_250,
  withWarnings: 150,
  zeroOneLoss: 3_450,
};

describe('size of each function alone, bundled and gzipped', () => {
  for (const name of Object.keys(metrics)) {
    it(`${name} stays within its limit`, async () => {
      const bytes = await gzippedBytes([name]);
      expect(LIMITS, `${name} weighs ${bytes} bytes and needs a limit`).toHaveProperty(name);
      expect(bytes).toBeLessThanOrEqual(LIMITS[name]!);
    });
  }

  it('everything together stays within 29 KB', async () => {
    expect(await gzippedBytes(Object.keys(metrics))).toBeLessThanOrEqual(29_000);
  });
});
