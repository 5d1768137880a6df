// max-pool and average-pool of x[b][h][w][C] over any window, stride and padding, and their
// gradients. Padding never takes part; a maximum ignores NaN (a window of nothing else gives
// -Infinity), the first maximum in reading order gets the gradient, and the gradient of an average
// divides by the whole window even at the border: all as tfjs's cpu backend has it.
// Chunks: rows of outputs forward; an image by a slab of 64 channels backward (windows overlap).
// Vectors run along channels. Cost: KH KW loads an output; memory-bound.
#include "geometry.h"

INLINE void window_bounds(const Geometry *g, int oh, int ow, int *h0, int *h1, int *w0, int *w1) {
  const int y = oh * g->stride_height - g->pad_top, x = ow * g->stride_width - g->pad_left;
  *h0 = max_int(0, y);
  *h1 = min_int(g->height, y + g->kernel_height);
  *w0 = max_int(0, x);
  *w1 = min_int(g->width, x + g->kernel_width);
}

INLINE void pool_rows(const int average, const Task *task) {
  const float *x = FLOATS(0);
  float *out = FLOATS(1);
  const Geometry *g = &GEOMETRY(2);
  const int C = g->channels;
  int lo, hi;
  share(task, g->batch * g->out_height, &lo, &hi);
  for (int u = lo; u < hi; u++) {
    const float *image = x + (size_t)(u / g->out_height) * g->height * g->width * C;
    for (int ow = 0; ow < g->out_width; ow++) {
      int h0, h1, w0, w1;
      window_bounds(g, u % g->out_height, ow, &h0, &h1, &w0, &w1);
      const float count = (float)max_int(0, h1 - h0) * (float)max_int(0, w1 - w0);
      float *o = out + ((size_t)u * g->out_width + ow) * C;
      for (int c = 0; c < C; c += VW) {
        V m = splat(average ? 0 : -__builtin_inff());
        for (int h = h0; h < h1; h++) {
          const float *p = image + ((size_t)h * g->width + w0) * C + c;
          for (int w = w0; w < w1; w++, p += C) {
            V v = load(p);
            if (average) m += v;
            else m = pick(v > m, v, m);
          }
        }
        if (average) m /= count;
        store_part(o + c, m, C - c);
      }
    }
  }
}
static void k_max_pool(const Task *task) { pool_rows(0, task); }
static void k_avg_pool(const Task *task) { pool_rows(1, task); }

// The gradient of a maximum over 2 x 2 windows side by side, the common one: each window's pixels are
// written once, and nothing is added. Channels [c0, c1) of an image; what no window covers is zeros.
static void max_pool_grad_2x2(const Geometry *g, const float *dy, const float *x, float *dx, int c0, int c1) {
  const size_t C = g->channels, row = g->width * C;
  for (int h = 0; h < g->height; h++)
    for (int w = h < g->out_height * 2 ? g->out_width * 2 : 0; w < g->width; w++)
      clear_bytes(dx + h * row + w * C + c0, (size_t)(c1 - c0) * 4);
  for (int oh = 0; oh < g->out_height; oh++)
    for (int ow = 0; ow < g->out_width; ow++, dy += C) {
      const size_t first = 2 * oh * row + 2 * ow * C;
      for (int c = c0; c < c1; c += VW) {
        const V d = load(dy + c);
        V m = splat(-__builtin_inff());
        VI best = splat_int(-1);
        UNROLL for (int i = 0; i < 4; i++) {
          const V v = load(x + first + (i >> 1) * row + (i & 1) * C + c);
          best = pick_int(v > m, splat_int(i), best);
          m = pick(v > m, v, m);
        }
        UNROLL for (int i = 0; i < 4; i++)
          store_part(dx + first + (i >> 1) * row + (i & 1) * C + c, keep(best == i, d), c1 - c);
      }
    }
}

// dx of a slab of channels of an image: every window gives its dy to the first of its maxima (or,
// for an average, an equal share to all of its cells).
INLINE void pool_grad(const int average, const Task *task) {
  const float *dy = FLOATS(0), *x = FLOATS(1);
  float *dx = FLOATS(2);
  const Geometry *g = &GEOMETRY(3);
  const int C = g->channels, slabs = ceil_div(C, 64);
  const float scale = average ? 1.0f / (float)(g->kernel_height * g->kernel_width) : 1;
  const int side_by_side = g->kernel_height == 2 && g->kernel_width == 2 && g->stride_height == 2 && g->stride_width == 2 &&
                           g->pad_top == 0 && g->pad_left == 0 && g->out_height * 2 <= g->height && g->out_width * 2 <= g->width;
  int lo, hi;
  share(task, g->batch * slabs, &lo, &hi);
  for (int u = lo; u < hi; u++) {
    const int b = u / slabs, c0 = u % slabs * 64, c1 = min_int(C, c0 + 64);
    const size_t origin = (size_t)b * g->height * g->width * C;
    if (!average && side_by_side) {
      max_pool_grad_2x2(g, dy + (size_t)b * g->out_height * g->out_width * C, x + origin, dx + origin, c0, c1);
      continue;
    }
    for (int p = 0; p < g->height * g->width; p++)
      clear_bytes(dx + origin + (size_t)p * C + c0, (size_t)(c1 - c0) * 4);
    for (int oh = 0; oh < g->out_height; oh++)
      for (int ow = 0; ow < g->out_width; ow++) {
        int h0, h1, w0, w1;
        window_bounds(g, oh, ow, &h0, &h1, &w0, &w1);
        const float *d = dy + ((size_t)(b * g->out_height + oh) * g->out_width + ow) * C;
        for (int c = c0; c < c1; c += VW) {
          const V share_of_dy = load(d + c) * scale;
          VI best = splat_int(-1);
          if (!average) {
            V m = splat(-__builtin_inff());
            for (int h = h0; h < h1; h++)
              for (int w = w0; w < w1; w++) {
                V v = load(x + origin + ((size_t)h * g->width + w) * C + c);
                best = pick_int(v > m, splat_int(h * g->width + w), best);
                m = pick(v > m, v, m);
              }
          }
          for (int h = h0; h < h1; h++)
            for (int w = w0; w < w1; w++) {
              float *o = dx + origin + ((size_t)h * g->width + w) * C + c;
              V add = share_of_dy;
              if (!average) add = keep(best == h * g->width + w, add);
              store_part(o, load(o) + add, c1 - c);
            }
        }
      }
  }
}
static void k_max_pool_grad(const Task *task) { pool_grad(0, task); }
static void k_avg_pool_grad(const Task *task) { pool_grad(1, task); }
