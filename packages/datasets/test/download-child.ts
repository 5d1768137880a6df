import type { DatasetInfo, PublishedFile } from '../src/catalog/dataset-info.js';
import { downloadFile } from '../src/download/download-file.js';

// A process of its own that downloads one file, for tests that kill it.
const { info, wanted, cacheDir, mirror } = JSON.parse(process.argv[2]!) as {
  info: DatasetInfo;
  wanted: PublishedFile;
  cacheDir: string;
  mirror: string;
};
const found = await downloadFile(info, wanted, { cacheDir, mirrors: [mirror] }, undefined);
await found.file.close();
process.stdout.write('done');
