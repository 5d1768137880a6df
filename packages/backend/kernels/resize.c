// resize: out[b][oh][ow][C] = x[b][h][w][C] at another size, by the nearest pixel or bilinearly, with
// tfjs's two conventions (corners aligned, half pixel centres); and resize-grad, its gradient.
// Chunks: rows of out forward; an image by a slab of 64 channels backward, where every output pixel adds
// its share to the one or four pixels that it came from. Vectors run along channels.
// Places are told in doubles, as JavaScript does. Cost: 4 loads and 6 multiply-adds a value; memory-bound.
#include "task.h"

typedef struct Resize { int batch, height, width, channels, out_height, out_width, align, half, nearest; } Resize;

// Output i lies between the inputs low and high, `part` of the way.
typedef struct Place { int low, high; float part; } Place;

INLINE Place place_of(const Resize *g, int i, int from, int to) {
  const int corners = g->align && to > 1;
  const double ratio = (double)(from - corners) / (to - corners);
  if (g->nearest) {
    const double at = ratio * (g->half ? i + .5 : i);
    const int n = min_int(from - 1, (int)(g->align ? at + .5 : at));
    return (Place){n, n, 0};
  }
  const double at = g->half ? ratio * (i + .5) - .5 : ratio * i;
  const int low = (int)at; // at is above -1, where this rounds to 0
  return (Place){low, min_int(from - 1, low + (at > low)), (float)(at - low)};
}

// resize: x out, shape.
static void k_resize(const Task *task) {
  const Resize *g = (const Resize *)(task->arg + 2);
  const int C = g->channels;
  int lo, hi;
  share(task, g->batch * g->out_height, &lo, &hi);
  for (int u = lo; u < hi; u++) {
    const Place row = place_of(g, u % g->out_height, g->height, g->out_height);
    const float *image = FLOATS(0) + (size_t)(u / g->out_height) * g->height * g->width * C;
    const float *top = image + (size_t)row.low * g->width * C, *bottom = image + (size_t)row.high * g->width * C;
    float *out = FLOATS(1) + (size_t)u * g->out_width * C;
    for (int ow = 0; ow < g->out_width; ow++, out += C) {
      const Place column = place_of(g, ow, g->width, g->out_width);
      const size_t left = (size_t)column.low * C, right = (size_t)column.high * C;
      if (g->nearest) copy_bytes(out, top + left, (size_t)C * 4); // bits, since int32 comes here too
      else
        for (int c = 0; c < C; c += VW) {
          const V a = load(top + left + c), d = load(bottom + left + c);
          const V above = (load(top + right + c) - a) * column.part + a;
          const V below = (load(bottom + right + c) - d) * column.part + d;
          store_part(out + c, (below - above) * row.part + above, C - c);
        }
    }
  }
}

INLINE void add_scaled(float *to, const float *from, float scale, int n) {
  for (int c = 0; c < n; c += VW) store_part(to + c, load(to + c) + load(from + c) * scale, n - c);
}

// resize-grad: dy dx, shape.
SMALL void k_resize_grad(const Task *task) {
  const Resize *g = (const Resize *)(task->arg + 2);
  const int C = g->channels, slabs = ceil_div(C, 64);
  int lo, hi;
  share(task, g->batch * slabs, &lo, &hi);
  for (int u = lo; u < hi; u++) {
    const int b = u / slabs, c0 = u % slabs * 64, n = min_int(C, c0 + 64) - c0;
    float *dx = FLOATS(1) + (size_t)b * g->height * g->width * C + c0;
    const float *dy = FLOATS(0) + (size_t)b * g->out_height * g->out_width * C + c0;
    for (int p = 0; p < g->height * g->width; p++) clear_bytes(dx + (size_t)p * C, (size_t)n * 4);
    for (int oh = 0; oh < g->out_height; oh++) {
      const Place row = place_of(g, oh, g->height, g->out_height);
      float *top = dx + (size_t)row.low * g->width * C, *bottom = dx + (size_t)row.high * g->width * C;
      for (int ow = 0; ow < g->out_width; ow++, dy += C) {
        const Place column = place_of(g, ow, g->width, g->out_width);
        const size_t left = (size_t)column.low * C, right = (size_t)column.high * C;
        const float y = row.part, x = column.part;
        add_scaled(top + left, dy, (1 - y) * (1 - x), n);
        if (g->nearest) continue;
        add_scaled(top + right, dy, (1 - y) * x, n);
        add_scaled(bottom + left, dy, y * (1 - x), n);
        add_scaled(bottom + right, dy, y * x, n);
      }
    }
  }
}
