// batch-norm: out[r][C] = (x[r][C] - mean[C]) * scale[C] / sqrt(variance[C] + epsilon) + offset[C];
// scale and offset may be absent. Chunks: shares of the rows. Each chunk makes the C factors once, in
// scratch; vectors run along channels. Cost: one multiply-add a value; memory-bound.
#include "task.h"

static void k_batch_norm(const Task *task) {
  const float *mean = FLOATS(1), *variance = FLOATS(2), *offset = FLOATS_OR_NULL(3), *scale = FLOATS_OR_NULL(4);
  const int R = INT(6), C = INT(7);
  const V epsilon = splat(FLOAT(8));
  float *factor = (float *)task->scratch;
  int lo, hi;
  for (int c = 0; c < C; c += VW)
    store(factor + c, (scale ? load(scale + c) : splat(1)) / v_sqrt(load(variance + c) + epsilon));
  share(task, R, &lo, &hi);
  for (int r = lo; r < hi; r++) {
    const float *x = FLOATS(0) + (size_t)r * C;
    float *out = FLOATS(5) + (size_t)r * C;
    for (int c = 0; c < C; c += VW)
      store_part(out + c, FMA(load(x + c) - load(mean + c), load(factor + c), offset ? load(offset + c) : zero()), C - c);
  }
}
