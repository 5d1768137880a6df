// batch-norm: out[r][C] = act((x[r][C] - mean[C]) * scale[C] / sqrt(variance[C] + epsilon) + offset[C] + addend[r][C]);
// scale, offset and addend may be absent. Chunks: shares of the rows. Each chunk makes the C factors once, in
// scratch; vectors run along channels. Cost: one multiply-add a value; memory-bound.
#include "gate.h"
#include "norm.h"

// x mean variance offset scale out R C act addend epsilon
static void k_batch_norm(const Task *task) {
  const float *mean = FLOATS(1), *variance = FLOATS(2), *offset = FLOATS_OR_NULL(3), *scale = FLOATS_OR_NULL(4);
  const float *addend = FLOATS_OR_NULL(9);
  const int R = INT(6), C = INT(7), act = INT(8);
  const V epsilon = splat(FLOAT(10));
  float *factor = (float *)task->scratch;
  int lo, hi;
  for (int c = 0; c < C; c += VW)
    store(factor + c, norm_factor(load(variance + c), scale ? load(scale + c) : splat(1), epsilon));
  share(task, R, &lo, &hi);
  for (int r = lo; r < hi; r++) {
    const float *x = FLOATS(0) + (size_t)r * C, *other = addend ? addend + (size_t)r * C : 0;
    float *out = FLOATS(5) + (size_t)r * C;
    int c = 0;
    if (act <= RELU) {
      const VI on = splat_int(act == RELU ? -1 : 0);
      for (; c + VW <= C; c += VW) {
        V v = NORMED(load(x + c), load(mean + c), load(factor + c), offset ? load(offset + c) : zero());
        if (other) v += load(other + c);
        store(out + c, keep(~((v < 0) & on), v));
      }
    }
    for (; c < C; c += VW) {
      V v = NORMED(load(x + c), load(mean + c), load(factor + c), offset ? load(offset + c) : zero());
      if (other) v += load(other + c);
      store_part(out + c, activate(act, v), C - c);
    }
  }
}

// batch-norm-sums: for the columns of x[R][C], over the p-th of P stretches of rows, [p][C] of
// (x - mean)^2, or given dy [p][2][C] of dy and dy * (x - mean): what training needs of a batch, forward
// and back. Folded by `reduce`. Where relu followed, `gated`, dy is taken where it was on, told from x.
// Chunks: the stretches, some rows at a time, whose other columns stay in L1; the sums rest in scratch.
// Memory-bound.
typedef struct Norm { const float *mean, *factor, *offset; float *sums, *totals; int C; } Norm;

INLINE void batch_norm_columns(const int back, const int gated, const int cols, const Norm *norm, const float *x, const float *dy,
                               int rows, int c) {
  const size_t C = norm->C;
  V m[COLS], f[COLS], o[COLS], s[COLS], t[COLS];
  UNROLL for (int j = 0; j < cols; j++) {
    m[j] = load(norm->mean + c + j * VW);
    if (gated) f[j] = load(norm->factor + c + j * VW);
    if (gated) o[j] = norm->offset ? load(norm->offset + c + j * VW) : zero();
    s[j] = load(norm->sums + c + j * VW);
    t[j] = load(norm->totals + c + j * VW);
  }
  for (int r = 0; r < rows; r++, x += C, dy += C)
    UNROLL for (int j = 0; j < cols; j++) {
      const V v = load(x + c + j * VW), d = v - m[j];
      V g = back ? load(dy + c + j * VW) : d;
      if (gated) g = gate(g, NORMED(v, m[j], f[j], o[j]));
      if (back) t[j] += g;
      s[j] = FMA(g, d, s[j]);
    }
  UNROLL for (int j = 0; j < cols; j++) {
    store(norm->sums + c + j * VW, s[j]);
    if (back) store(norm->totals + c + j * VW, t[j]);
  }
}

// x mean dy part R C P variance offset scale gated epsilon; what is after P only if gated.
static void k_batch_norm_sums(const Task *task) {
  enum { BLOCK = 16 };
  const float *x = FLOATS(0), *dy = FLOATS_OR_NULL(2), *variance = FLOATS(7), *scale = FLOATS_OR_NULL(9);
  const int R = INT(4), C = INT(5), P = INT(6), gated = INT(10), stride = ceil_div(C, VW) * VW;
  float *factor = (float *)task->scratch;
  const Norm norm = {.mean = FLOATS(1), .factor = factor, .offset = FLOATS_OR_NULL(8), .sums = factor + stride,
                     .totals = factor + 2 * stride, .C = C};
  if (gated)
    for (int c = 0; c < C; c += VW)
      store(factor + c, norm_factor(load(variance + c), scale ? load(scale + c) : splat(1), splat(FLOAT(11))));
  int lo, hi;
  share(task, P, &lo, &hi);
  for (int p = lo; p < hi; p++) {
    const int r0 = (int)((int64_t)R * p / P), r1 = (int)((int64_t)R * (p + 1) / P);
    float *out = FLOATS(3) + (size_t)p * C * (dy ? 2 : 1);
    clear_sums_row(norm.sums, C);
    clear_sums_row(norm.totals, C);
    for (int r = r0; r < r1; r += BLOCK) {
      const int rows = min_int(BLOCK, r1 - r);
      const float *xr = x + (size_t)r * C, *dyr = dy ? dy + (size_t)r * C : xr;
      EACH_COLUMN_BLOCK(c, C, {
        if (gated) batch_norm_columns(1, 1, cols, &norm, xr, dyr, rows, c);
        else if (dy) batch_norm_columns(1, 0, cols, &norm, xr, dyr, rows, c);
        else batch_norm_columns(0, 0, cols, &norm, xr, dyr, rows, c);
      });
    }
    if (dy) store_row(out, norm.totals, C);
    store_row(out + (dy ? C : 0), norm.sums, C);
  }
}

// batch-norm-dx: dx = scale / s * (dy - mean of dy - (x - mean) / s^2 * mean of dy (x - mean)), where
// s = sqrt(variance + epsilon): the gradient through the batch's own mean and variance, from the sums
// above ([2][C]). `gated` as there. Chunks: shares of the rows; the C factors are made once a chunk.
// Memory-bound.
// x mean variance scale dy sums dx R C offset gated epsilon; offset only if gated.
static void k_batch_norm_dx(const Task *task) {
  const float *mean = FLOATS(1), *variance = FLOATS(2), *scale = FLOATS_OR_NULL(3), *sums = FLOATS(5);
  const float *offset = FLOATS_OR_NULL(9);
  const int R = INT(7), C = INT(8), gated = INT(10), stride = ceil_div(C, VW) * VW;
  const V epsilon = splat(FLOAT(11)), share_of = splat(1.0f / (float)R);
  float *factor = (float *)task->scratch, *slope = factor + stride, *level = slope + stride;
  for (int c = 0; c < C; c += VW) {
    const V v = load(variance + c) + epsilon;
    store(factor + c, norm_factor(load(variance + c), scale ? load(scale + c) : splat(1), epsilon));
    store(slope + c, load(sums + C + c) * share_of / v);
    store(level + c, load(sums + c) * share_of);
  }
  int lo, hi;
  share(task, R, &lo, &hi);
  for (int r = lo; r < hi; r++) {
    const float *x = FLOATS(0) + (size_t)r * C, *dy = FLOATS(4) + (size_t)r * C;
    float *out = FLOATS(6) + (size_t)r * C;
    for (int c = 0; c < C; c += VW) {
      const V v = load(x + c), m = load(mean + c), f = load(factor + c), d = v - m;
      V g = load(dy + c);
      if (gated) g = gate(g, NORMED(v, m, f, offset ? load(offset + c) : zero()));
      store_part(out + c, f * (g - load(level + c) - d * load(slope + c)), C - c);
    }
  }
}
