// A 2 x 2 max pool fused with relu keeps one byte an element: the place 0 to 3 of the window's first
// greatest value, or 4 where relu is off (no value above zero), and a bit for each place that is NaN.
// These are its two sides. NaN and infinities go through both as through tfjs cpu's pool, relu, and their
// gradients one after the other, in which relu's multiplies by a step: 0 * Infinity and NaN are NaN.
#ifndef CNNKIT_UNPOOL_H
#define CNNKIT_UNPOOL_H
#include "geometry.h"

// A window: where what it sees begins, and its place among all or where its values lie.
typedef struct Seeing { uint32_t from, to; } Seeing;

enum { RELU_OFF = 4, FIRST_NAN = 8, ALL_NAN = 15 * FIRST_NAN };

// Pools four vectors after relu: n lanes of values to out, of winners to mask. NaN is ignored, and a
// window of nothing else gives -Infinity, which is what tfjs cpu's relu and max pool give together.
static __attribute__((noinline)) void pool_relu_nan(const V *v, float *out, int8_t *mask, int n) {
  for (int lane = 0; lane < min_int(n, VW); lane++) {
    float m = -__builtin_inff();
    int winner = RELU_OFF, nan = 0;
    for (int i = 0; i < 4; i++) {
      const float x = v[i][lane], y = x > 0 ? x : 0;
      if (x != x) nan |= FIRST_NAN << i;
      else if (y > m) {
        m = y;
        if (y > 0) winner = i;
      }
    }
    out[lane] = m;
    mask[lane] = (int8_t)(winner | nan);
  }
}
INLINE void pool_relu(V a, V b, V c, V d, float *out, int8_t *mask, int n) {
  const V sum = (a + b) + (c + d);
  if (some(sum != sum)) { // NaN among them, or infinities of both signs: seldom
    const V v[4] = {a, b, c, d};
    pool_relu_nan(v, out, mask, n);
    return;
  }
  const V most = v_larger(v_larger(a, b), v_larger(c, d));
  // How many come before the first that is it.
  const VI past_a = a != most, past_b = past_a & (b != most), past_c = past_b & (c != most), on = most > 0;
  store_part(out, keep(on, most), n);
  store_bytes(mask, pick_int(on, -(past_a + past_b + past_c), splat_int(RELU_OFF)), n);
}

// Whether one of a vector's windows holds a NaN: seldom, so that it may cost a call then and nothing else.
INLINE int some_nan(const int8_t *mask) {
  uint32_t words[VW / 4], some = 0;
  copy_bytes(words, mask, VW);
  for (int i = 0; i < VW / 4; i++) some |= words[i];
  return (some & 0xf8f8f8f8u) != 0;
}
static __attribute__((noinline)) void unpool_nan(const float *dy, const int8_t *mask, int gated, V *e) {
  for (int lane = 0; lane < VW; lane++) {
    const int byte = mask[lane], nan = byte / FIRST_NAN, off = byte & RELU_OFF;
    int winner = byte & 3;
    if (off) while (winner < 3 && nan >> winner & 1) winner++;
    for (int i = 0; i < 4; i++) {
      const float won = i != winner || byte >= ALL_NAN ? 0 : gated && off ? dy[lane] * 0 : dy[lane];
      e[i][lane] = gated && nan >> i & 1 ? __builtin_nanf("") : won;
    }
  }
}
// A vector of windows' gradients before the pool, a vector for each of their four places. `gated`: relu's
// gradient too; without it a window that relu turned off passes its gradient to its first place, as all
// are equal.
INLINE void unpool(const float *dy, const int8_t *mask, int gated, V *e) {
  if (some_nan(mask)) {
    V seldom[4]; // not e itself, which would have to lie in memory then
    unpool_nan(dy, mask, gated, seldom);
    UNROLL for (int i = 0; i < 4; i++) e[i] = seldom[i];
    return;
  }
  const VI byte = load_bytes(mask), winner = byte & 3;
  V v = load(dy);
  if (gated) v = pick(byte == RELU_OFF, v * 0, v);
  UNROLL for (int i = 0; i < 4; i++) e[i] = keep(winner == i, v);
}

// The sum of each window's gradients before the pool, relu's taken along.
INLINE V gated_sum(const float *dy, const int8_t *mask) {
  const VI byte = load_bytes(mask);
  const V v = load(dy);
  return pick(byte == RELU_OFF, v * 0, (V)((VI)v | (byte > RELU_OFF))); // all bits set: NaN
}

// Whether zeros may be left out of products with these floats.
INLINE int all_finite(const float *p, size_t n) {
  V zeros[4] = {};
  size_t i = 0;
  for (; i + 4 * VW <= n; i += 4 * VW) UNROLL for (int j = 0; j < 4; j++) zeros[j] += load(p + i + j * VW) * 0;
  const V sum = (zeros[0] + zeros[1]) + (zeros[2] + zeros[3]);
  int odd = some(sum != sum);
  for (; i < n; i++) odd |= p[i] * 0 != 0;
  return !odd;
}

// Two rows of image b of the gradient before the pool, the r-th pair: [2 or 1][out_width][N]. The last
// row of an odd number, which no window has, is zeros, as is such a column.
INLINE int row_pairs(const Geometry *g) { return ceil_div(g->out_height, 2); }
INLINE void unpool_rows(const Geometry *g, const float *dy, const int8_t *mask, int gated, int b, int r, float *to) {
  const int N = g->filters, down = g->out_height / 2, across = g->out_width / 2;
  const size_t length = (size_t)g->out_width * N, row = (size_t)(b * down + r) * across * N;
  if (r >= down) {
    clear_bytes(to, length * 4);
    return;
  }
  for (int i = 0; i < 2 && across * 2 < g->out_width; i++) clear_bytes(to + (i + 1) * length - N, (size_t)N * 4);
  for (int w = 0; w < across; w++)
    for (int n = 0; n < N; n += VW) {
      const size_t at = row + (size_t)w * N + n;
      float *o = to + (size_t)2 * w * N + n;
      V e[4];
      unpool(dy + at, mask + at, gated, e);
      UNROLL for (int i = 0; i < 4; i++) store_part(o + (i >> 1) * length + (i & 1) * N, e[i], N - n);
    }
}
#endif
