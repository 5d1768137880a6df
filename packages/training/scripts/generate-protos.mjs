// Writes src/tensorboard/events/gen/ from proto/ (see proto/README.md). Run it only when the
// definitions change; its output is committed, so that a build needs no protobuf compiler.
//
//   node scripts/generate-protos.mjs
//
// The compiler (buf) and the plugin come through npx and are no dependency of the workspace.
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const packageDir = new URL('..', import.meta.url).pathname;
const outDir = join(packageDir, 'src/tensorboard/events/gen');

/** Only these messages and what they need: the definitions hold services and requests besides. */
const types = [
  'tensorboard.Event',
  'tensorboard.hparams.HParamsPluginData',
  'tensorboard.PrCurvePluginData',
  'tensorboard.ImagePluginData',
  'tensorboard.Layout',
  'tensorboard.projector.ProjectorConfig',
];

const template = join(mkdtempSync(join(tmpdir(), 'cnnkit-protos-')), 'buf.gen.yaml');
writeFileSync(
  template,
  JSON.stringify({
    version: 'v2',
    clean: true,
    inputs: [{ directory: join(packageDir, 'proto'), types }],
    plugins: [
      {
        local: 'protoc-gen-es',
        out: outDir,
        opt: ['target=ts', 'import_extension=js', 'erasable_syntax=true'],
      },
    ],
  }),
);

run('npx', [
  '--yes',
  '--ignore-scripts',
  '--package=@bufbuild/buf@1.75.0',
  '--package=@bufbuild/protoc-gen-es@2.17.0',
  'buf',
  'generate',
  `--template=${template}`,
]);
rmSync(template, { force: true });
run('npx', ['biome', 'check', '--write', outDir]);
for (const name of readdirSync(outDir, { recursive: true })) {
  if (String(name).endsWith('.ts')) console.log(`src/tensorboard/events/gen/${name}`);
}

function run(command, args) {
  const { status } = spawnSync(command, args, { cwd: packageDir, stdio: 'inherit' });
  if (status !== 0) process.exit(status ?? 1);
}
