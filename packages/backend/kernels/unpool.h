// A 2 x 2 max pool fused with relu keeps one byte an element: the place 0 to 3 of the window's first
// greatest value, or 4 where relu is off (no value above zero). These are its two sides.
#ifndef CNNKIT_UNPOOL_H
#define CNNKIT_UNPOOL_H
#include "geometry.h"

enum { RELU_OFF = 4 };

// Pools four vectors after relu: n lanes of values to out, of winners to mask. NaN is ignored, and a
// window of nothing else gives -Infinity, which is what tfjs cpu's relu and max pool give together.
INLINE void pool_relu(V a, V b, V c, V d, float *out, int8_t *mask, int n) {
  const VI nothing = (a != a) & (b != b) & (c != c) & (d != d);
  VI above = a > 0;
  V m = keep(above, a);
  VI winner = pick_int(above, splat_int(0), splat_int(RELU_OFF));
  above = b > m;
  m = pick(above, b, m);
  winner = pick_int(above, splat_int(1), winner);
  above = c > m;
  m = pick(above, c, m);
  winner = pick_int(above, splat_int(2), winner);
  above = d > m;
  m = pick(above, d, m);
  winner = pick_int(above, splat_int(3), winner);
  store_part(out, pick(nothing, splat(-__builtin_inff()), m), n);
  store_bytes(mask, winner, n);
}

// Row oh of image b of the gradient before the pool, [out_width][N]. `gated`: relu's gradient too;
// without it a window that relu turned off passes its gradient to its first place, as all are equal.
INLINE void unpool_row(const Geometry *g, const float *dy, const int8_t *mask, int gated, int b, int oh, float *to) {
  const int N = g->filters, down = g->out_height / 2, across = g->out_width / 2;
  if (oh >= down * 2) {
    clear_bytes(to, (size_t)g->out_width * N * 4);
    return;
  }
  if (across * 2 < g->out_width) clear_bytes(to + (size_t)across * 2 * N, (size_t)N * 4);
  const size_t row = (size_t)(b * down + oh / 2) * across * N;
  for (int w = 0; w < across; w++)
    for (int n = 0; n < N; n += VW) {
      const size_t at = row + (size_t)w * N + n;
      const V v = load(dy + at);
      VI winner = load_bytes(mask + at);
      if (!gated) winner = pick_int(winner == RELU_OFF, splat_int(0), winner);
      const int left = oh & 1 ? 2 : 0;
      float *o = to + (size_t)2 * w * N + n;
      store_part(o, keep(winner == left, v), N - n);
      store_part(o + N, keep(winner == left + 1, v), N - n);
    }
}
#endif
