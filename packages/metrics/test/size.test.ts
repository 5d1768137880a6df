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
  LabelStream: 7_350,
  ProbabilityStream: 4_000,
  ScoreStream: 3_550,
  accuracyScore: 3_500,
  auc: 1_000,
  averagePrecisionScore: 5_500,
  balancedAccuracyScore: 4_050,
  bootstrapInterval: 4_250,
  brierScoreLoss: 4_800,
  calibrationCurve: 3_600,
  classIndices: 1_250,
  classificationReport: 6_450,
  cohenKappaScore: 4_700,
  comparisonTable: 1_100,
  computeClassWeight: 3_400,
  confusedPairsOf: 300,
  confusionMatrix: 4_500,
  confusionTable: 750,
  detCurve: 4_800,
  expectedCalibrationError: 3_500,
  f1Score: 5_600,
  fbetaScore: 5_650,
  hammingLoss: 3_500,
  jaccardScore: 5_300,
  logLoss: 4_400,
  matthewsCorrcoef: 4_450,
  mcnemarTest: 3_600,
  mostConfidentMistakes: 3_200,
  mostConfusedPairs: 4_700,
  multilabelConfusionMatrix: 4_350,
  pairedBootstrap: 1_800,
  precisionRecallCurve: 4_600,
  precisionRecallFscoreSupport: 5_650,
  precisionScore: 5_600,
  recallScore: 5_600,
  reportDictionary: 250,
  reportTable: 800,
  rocAucScore: 6_650,
  rocCurve: 4_650,
  tableCsv: 250,
  tableHtml: 550,
  tableMarkdown: 300,
  tableTerminal: 950,
  tableText: 350,
  thresholdTable: 4_350,
  topKAccuracyScore: 4_250,
  withWarnings: 150,
  zeroOneLoss: 3_500,
};

describe('size of each function alone, bundled and gzipped', () => {
  for (const name of Object.keys(metrics)) {
    it(`${name} stays within its limit`, async () => {
      const bytes = await gzippedBytes([name]);
      expect(LIMITS, `${name} weighs ${bytes} bytes and needs a limit`).toHaveProperty(name);
      expect(bytes).toBeLessThanOrEqual(LIMITS[name]!);
    });
  }

  it('everything together stays within 24 KB', async () => {
    expect(await gzippedBytes(Object.keys(metrics))).toBeLessThanOrEqual(24_000);
  });
});
