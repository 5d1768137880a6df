// batch-norm: out[r][C] = (x[r][C] - mean[C]) * scale[C] / sqrt(variance[C] + epsilon) + offset[C];
// scale and offset may be absent. Chunks: shares of the rows. Each chunk makes the C factors once, in
// scratch; vectors run along channels. Cost: one multiply-add a value; memory-bound.
#include "tile.h"

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

// batch-norm-sums: for the columns of x[R][C], over the p-th of P stretches of rows, [p][C] of
// (x - mean)^2, or given dy [p][2][C] of dy and dy * (x - mean): what training needs of a batch, forward
// and back. Folded by `reduce`. Chunks: the stretches. Memory-bound.
INLINE void batch_norm_columns(const int back, const int cols, const float *x, const float *dy, const float *mean,
                               float *out, int r0, int r1, int C, int c) {
  V m[COLS], s[COLS], t[COLS];
  UNROLL for (int j = 0; j < cols; j++) {
    m[j] = load(mean + c + j * VW);
    s[j] = t[j] = zero();
  }
  for (int r = r0; r < r1; r++) {
    const size_t at = (size_t)r * C + c;
    UNROLL for (int j = 0; j < cols; j++) {
      const V d = load(x + at + j * VW) - m[j], g = back ? load(dy + at + j * VW) : d;
      if (back) t[j] += g;
      s[j] = FMA(g, d, s[j]);
    }
  }
  UNROLL for (int j = 0; j < cols; j++) {
    const int left = C - c - j * VW;
    if (back) store_part(out + c + j * VW, t[j], left);
    store_part(out + (back ? C : 0) + c + j * VW, s[j], left);
  }
}

static void k_batch_norm_sums(const Task *task) {
  const float *x = FLOATS(0), *mean = FLOATS(1), *dy = FLOATS_OR_NULL(2);
  const int R = INT(4), C = INT(5), P = INT(6);
  int lo, hi;
  share(task, P, &lo, &hi);
  for (int p = lo; p < hi; p++) {
    const int r0 = (int)((int64_t)R * p / P), r1 = (int)((int64_t)R * (p + 1) / P);
    float *out = FLOATS(3) + (size_t)p * C * (dy ? 2 : 1);
    EACH_COLUMN_BLOCK(c, C, {
      if (dy) batch_norm_columns(1, cols, x, dy, mean, out, r0, r1, C, c);
      else batch_norm_columns(0, cols, x, x, mean, out, r0, r1, C, c);
    });
  }
}

// batch-norm-dx: dx = scale / s * (dy - mean of dy - (x - mean) / s^2 * mean of dy (x - mean)), where
// s = sqrt(variance + epsilon): the gradient through the batch's own mean and variance, from the sums
// above ([2][C]). Chunks: shares of the rows; the C factors are made once a chunk. Memory-bound.
static void k_batch_norm_dx(const Task *task) {
  const float *mean = FLOATS(1), *variance = FLOATS(2), *scale = FLOATS_OR_NULL(3), *sums = FLOATS(5);
  const int R = INT(7), C = INT(8), stride = ceil_div(C, VW) * VW;
  const V epsilon = splat(FLOAT(9)), share_of = splat(1.0f / (float)R);
  float *factor = (float *)task->scratch, *slope = factor + stride, *level = slope + stride;
  for (int c = 0; c < C; c += VW) {
    const V v = load(variance + c) + epsilon;
    store(factor + c, (scale ? load(scale + c) : splat(1)) / v_sqrt(v));
    store(slope + c, load(sums + C + c) * share_of / v);
    store(level + c, load(sums + c) * share_of);
  }
  int lo, hi;
  share(task, R, &lo, &hi);
  for (int r = lo; r < hi; r++) {
    const float *x = FLOATS(0) + (size_t)r * C, *dy = FLOATS(4) + (size_t)r * C;
    float *out = FLOATS(6) + (size_t)r * C;
    for (int c = 0; c < C; c += VW) {
      const V d = load(x + c) - load(mean + c);
      store_part(out + c, load(factor + c) * (load(dy + c) - load(level + c) - d * load(slope + c)), C - c);
    }
  }
}
