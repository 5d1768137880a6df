// What a new process needs until its first training step is done. Prints milliseconds since the start
// of this file, which is after Node's own start and before any import of tfjs.
const start = performance.now();
const tfl = await import('@tensorflow/tfjs-layers');
const tf = await import('@tensorflow/tfjs-core');
const tfjs = performance.now();
// Ours extends it.
await import('@tensorflow/tfjs-backend-cpu');
const cpu = performance.now();
const { useBackend } = await import('@cnnkit/backend');
const imported = performance.now();
await useBackend({ backend: 'cnnkit', threads: Number(process.argv[2]) });
const ready = performance.now();
const { buildModel } = await import('./models.mjs');
const model = buildModel(tfl, 'B');
const xs = tf.randomUniform([64, 28, 28, 1]);
const ys = tf.oneHot(tf.zeros([64], 'int32'), 10);
const built = performance.now();
await model.trainOnBatch(xs, ys);
const stepped = performance.now();
console.log(
  JSON.stringify({
    'tfjs imported': tfjs - start,
    "tfjs's cpu backend imported": cpu - tfjs,
    'backend imported': imported - cpu,
    'backend ready': ready - imported,
    'model built': built - ready,
    'first step': stepped - built,
    ours: stepped - cpu,
    'all of it': stepped - start,
  }),
);
process.exit(0);
