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
  LabelStream: 6_750,
  ProbabilityStream: 3_850,
  ScoreStream: 3_350,
  accuracyScore: 3_250,
  auc: 950,
  averagePrecisionScore: 4_550,
  balancedAccuracyScore: 3_550,
  bootstrapInterval: 4_100,
  brierScoreLoss: 4_500,
  calibrationCurve: 3_400,
  classIndices: 1_150,
  classificationReport: 5_950,
  cohenKappaScore: 4_000,
  comparisonTable: 1_100,
  computeClassWeight: 3_200,
  confusedPairsOf: 300,
  confusionMatrix: 3_800,
  confusionTable: 750,
  detCurve: 4_300,
  expectedCalibrationError: 3_300,
  f1Score: 5_100,
  fbetaScore: 5_150,
  hammingLoss: 3_250,
  jaccardScore: 4_800,
  logLoss: 4_150,
  matthewsCorrcoef: 3_700,
  mcnemarTest: 3_500,
  mostConfidentMistakes: 3_000,
  mostConfusedPairs: 4_000,
  multilabelConfusionMatrix: 3_850,
  pairedBootstrap: 1_800,
  precisionRecallCurve: 4_150,
  precisionRecallFscoreSupport: 5_150,
  precisionScore: 5_100,
  recallScore: 5_100,
  reportDictionary: 250,
  reportTable: 800,
  rocAucScore: 5_750,
  rocCurve: 4_150,
  tableCsv: 250,
  tableHtml: 550,
  tableMarkdown: 300,
  tableTerminal: 950,
  tableText: 350,
  thresholdTable: 3_950,
  topKAccuracyScore: 3_950,
  withWarnings: 150,
  zeroOneLoss: 3_250,
};

describe('size of each function alone, bundled and gzipped', () => {
  for (const name of Object.keys(metrics)) {
    it(`${name} stays within its limit`, async () => {
      const bytes = await gzippedBytes([name]);
      expect(LIMITS, `${name} weighs ${bytes} bytes and needs a limit`).toHaveProperty(name);
      expect(bytes).toBeLessThanOrEqual(LIMITS[name]!);
    });
  }

  it('everything together stays within 23 KB', async () => {
    expect(await gzippedBytes(Object.keys(metrics))).toBeLessThanOrEqual(23_000);
  });
});
