import { gzipSync } from 'node:zlib';
import * as metrics from '@cnnkit/metrics';
import * as tfjsMetrics from '@cnnkit/metrics/tfjs';
import { build } from 'esbuild';
import { describe, expect, it } from 'vitest';

const index = new URL('../src/index.ts', import.meta.url).pathname;
const subpath = new URL('../src/tfjs.ts', import.meta.url).pathname;

/** Bytes of what a page loads for one export: bundled, minified, compressed; tfjs is there anyway. */
async function gzippedBytes(names: readonly string[], entry = index): Promise<number> {
  const result = await build({
    stdin: {
      contents: `export { ${names.join(', ')} } from ${JSON.stringify(entry)};`,
      resolveDir: '.',
      loader: 'ts',
    },
    bundle: true,
    external: ['@tensorflow/tfjs-core'],
    minify: true,
    format: 'esm',
    target: 'es2022',
    write: false,
    logLevel: 'silent',
    metafile: true,
  });
  const imports = Object.values(result.metafile.outputs).flatMap((output) => output.imports);
  const allowed = entry === index ? [] : ['@tensorflow/tfjs-core'];
  expect(imports.map(({ path }) => path)).toEqual(allowed.slice(0, imports.length));
  return gzipSync(result.outputFiles[0]!.contents, { level: 9 }).byteLength;
}

/** The most that each function may weigh, in bytes: what it weighs today and a little room. */
const LIMITS: Readonly<Record<string, number>> = {
  CalibrationStream: 5_350,
  LabelStream: 7_250,
  MultilabelScoreStream: 11_100,
  MultilabelStream: 7_800,
  ProbabilityStream: 4_050,
  ScoreStream: 4_100,
  accuracyScore: 3_500,
  auc: 1_100,
  averagePrecisionScore: 7_550,
  balancedAccuracyScore: 4_050,
  bootstrapInterval: 4_200,
  brierScoreLoss: 5_300,
  calibrationCurve: 3_900,
  classIndices: 1_250,
  classificationReport: 6_350,
  cohenKappaScore: 4_700,
  comparisonTable: 1_100,
  computeClassWeight: 3_450,
  confusedPairsOf: 800,
  confusionMatrix: 4_500,
  confusionTable: 750,
  detCurve: 8_400,
  expectedCalibrationError: 3_550,
  f1Score: 5_550,
  fbetaScore: 5_600,
  hammingLoss: 3_600,
  jaccardScore: 5_250,
  logLoss: 4_800,
  matthewsCorrcoef: 4_400,
  mcnemarTest: 3_600,
  mostConfidentMistakes: 3_400,
  mostConfusedPairs: 4_600,
  multilabelConfusionMatrix: 4_350,
  pairedBootstrap: 1_800,
  precisionRecallCurve: 8_050,
  precisionRecallFscoreSupport: 5_600,
  precisionScore: 5_550,
  recallScore: 5_550,
  reportDictionary: 250,
  reportTable: 800,
  rocAucScore: 8_350,
  rocCurve: 7_100,
  tableCsv: 250,
  tableHtml: 550,
  tableMarkdown: 300,
  tableTerminal: 900,
  tableText: 350,
  thresholdTable: 6_850,
  topKAccuracyScore: 4_300,
  withWarnings: 150,
  zeroOneLoss: 3_550,
};

/** The same for the metrics of `@cnnkit/metrics/tfjs`. */
const TFJS_LIMITS: Readonly<Record<string, number>> = {
  accuracyScore: 10_300,
  averagePrecisionScore: 12_650,
  balancedAccuracyScore: 8_750,
  brierScoreLoss: 5_350,
  cohenKappaScore: 8_950,
  deferMetrics: 250,
  expectedCalibrationError: 5_400,
  f1Score: 10_000,
  fbetaScore: 10_000,
  hammingLoss: 10_400,
  jaccardScore: 10_150,
  logLoss: 5_350,
  matthewsCorrcoef: 8_750,
  precisionScore: 10_000,
  recallScore: 10_000,
  resetMetrics: 700,
  rocAucScore: 12_650,
  topKAccuracyScore: 5_400,
  zeroOneLoss: 10_350,
};

describe('size of each function alone, bundled and gzipped', () => {
  for (const name of Object.keys(metrics)) {
    it(`${name} stays within its limit`, async () => {
      const bytes = await gzippedBytes([name]);
      expect(LIMITS, `${name} weighs ${bytes} bytes and needs a limit`).toHaveProperty(name);
      expect(bytes).toBeLessThanOrEqual(LIMITS[name]!);
    });
  }

  for (const name of Object.keys(tfjsMetrics)) {
    it(`${name} for training stays within its limit`, async () => {
      const bytes = await gzippedBytes([name], subpath);
      expect(TFJS_LIMITS, `${name} weighs ${bytes} bytes and needs a limit`).toHaveProperty(name);
      expect(bytes).toBeLessThanOrEqual(TFJS_LIMITS[name]!);
    });
  }

  it('everything together stays within 31.6 KB', async () => {
    expect(await gzippedBytes(Object.keys(metrics))).toBeLessThanOrEqual(31_600);
  });
});
