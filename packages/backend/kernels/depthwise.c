// depthwise: out[b][oh][ow][C] = act(sum over taps of x[b][ih][iw][C] * w[tap][C] + bias[C]), any kernel
// size, stride, dilation and padding; and depthwise-dx, its gradient of x, the same sum over
// dy. A channel multiplier is the sender's business: it repeats x's channels.
// Both are rows of pixels, each pixel a sum over taps that step evenly along the row. In the gradient
// the pixels that are a stride apart have the same taps, so a row is as many such rows as the stride.
// Chunks: rows of out (or dx). Tile: 8 (4, 1) pixels of a row x 1 vector of channels, taps inside: a weight is
// loaded once a tile, every other operand once a multiply-add, from L1. Taps reach scratch as a list.
// Cost: B OH OW C KH KW multiply-adds, 9 for two values moved at 3 x 3: memory-bound once x leaves L2.
#include "geometry.h"

// Pixel t of a row reads from[at + t * step] and exists for this tap where lo <= t < hi.
typedef struct Tap { ptrdiff_t at; const float *weight; int lo, hi; } Tap;

typedef struct DepthwiseRow {
  const Tap *tap;
  int taps, pixels, C, act;
  const float *from, *bias;
  size_t step, out_step; // floats from pixel to pixel
} DepthwiseRow;

// Pixels [t, t + count), all channels. `border`: some taps may be missing.
INLINE void depthwise_tile(const int count, const int border, const DepthwiseRow *r, int t, float *out) {
  const int C = r->C;
  const size_t step = r->step;
  for (int c = 0; c < C; c += VW) {
    V sums[8];
    UNROLL for (int i = 0; i < count; i++) sums[i] = zero();
    ROLLED for (int k = 0; k < r->taps; k++) {
      const Tap *tap = r->tap + k;
      if (border && (t < tap->lo || t >= tap->hi)) continue;
      const float *p = r->from + (tap->at + (ptrdiff_t)(t * r->step) + c);
      const V w = load(tap->weight + c);
      UNROLL for (int i = 0; i < count; i++, p += step) sums[i] = FMA(load(p), w, sums[i]);
    }
    UNROLL for (int i = 0; i < count; i++) {
      V v = sums[i];
      if (r->bias) v += load(r->bias + c);
      store_part(out + (t + i) * r->out_step + c, activate(r->act, v), C - c);
    }
  }
}

INLINE void depthwise_row(const DepthwiseRow *r, float *out) {
  int lo = 0, hi = r->pixels;
  for (int k = 0; k < r->taps; k++) {
    lo = max_int(lo, r->tap[k].lo);
    hi = min_int(hi, r->tap[k].hi);
  }
  for (int t = 0; t < r->pixels;) {
    const int whole = t >= lo ? hi - t : 0;
    if (whole >= 8) { depthwise_tile(8, 0, r, t, out); t += 8; }
    else if (whole >= 4) { depthwise_tile(4, 0, r, t, out); t += 4; }
    else depthwise_tile(1, 1, r, t++, out);
  }
}

static void k_depthwise(const Task *task) {
  const Geometry *g = &GEOMETRY(5);
  const int C = g->channels, KH = g->kernel_height, KW = g->kernel_width;
  Tap *tap = (Tap *)task->scratch;
  int lo, hi;
  share(task, g->batch * g->out_height, &lo, &hi);
  for (int u = lo; u < hi; u++) {
    const int ih0 = u % g->out_height * g->stride_height - g->pad_top;
    int taps = 0;
    for (int kh = 0; kh < KH; kh++) {
      const int ih = ih0 + kh * g->dilation_height;
      if (ih < 0 || ih >= g->height) continue;
      const ptrdiff_t row = (ptrdiff_t)(u / g->out_height * g->height + ih) * g->width;
      for (int kw = 0; kw < KW; kw++) {
        const int iw0 = kw * g->dilation_width - g->pad_left;
        Tap *next = tap + taps;
        valid_outputs(g->out_width, g->stride_width, iw0, g->width, &next->lo, &next->hi);
        if (next->lo >= next->hi) continue;
        next->at = (row + iw0) * C;
        next->weight = FLOATS(1) + (size_t)(kh * KW + kw) * C;
        taps++;
      }
    }
    const DepthwiseRow r = {.tap = tap, .taps = taps, .pixels = g->out_width, .C = C, .act = INT(4),
                            .from = FLOATS(0), .bias = FLOATS_OR_NULL(2),
                            .step = (size_t)g->stride_width * C, .out_step = C};
    depthwise_row(&r, FLOATS(3) + (size_t)u * g->out_width * C);
  }
}

// dx: dy w dx geometry.
static void k_depthwise_dx(const Task *task) {
  const Geometry *g = &GEOMETRY(3);
  const int C = g->channels, KH = g->kernel_height, KW = g->kernel_width, stride = g->stride_width;
  Tap *tap = (Tap *)task->scratch;
  int lo, hi;
  share(task, g->batch * g->height, &lo, &hi);
  for (int u = lo; u < hi; u++)
    for (int phase = 0; phase < min_int(stride, g->width); phase++) {
      const int pixels = ceil_div(g->width - phase, stride);
      int taps = 0;
      for (int kh = 0; kh < KH; kh++) {
        const int above = u % g->height + g->pad_top - kh * g->dilation_height, oh = above / g->stride_height;
        if (above < 0 || above % g->stride_height != 0 || oh >= g->out_height) continue;
        const ptrdiff_t row = (ptrdiff_t)(u / g->height * g->out_height + oh) * g->out_width;
        for (int kw = 0; kw < KW; kw++) {
          const int left = phase + g->pad_left - kw * g->dilation_width, ow0 = left / stride;
          Tap *next = tap + taps;
          next->lo = max_int(0, -ow0);
          next->hi = min_int(pixels, g->out_width - ow0);
          if (left % stride != 0 || next->lo >= next->hi) continue;
          next->at = (row + ow0) * C;
          next->weight = FLOATS(1) + (size_t)(kh * KW + kw) * C;
          taps++;
        }
      }
      const DepthwiseRow r = {.tap = tap, .taps = taps, .pixels = pixels, .C = C, .act = LINEAR,
                              .from = FLOATS(0), .step = C, .out_step = (size_t)stride * C};
      depthwise_row(&r, FLOATS(2) + ((size_t)u * g->width + phase) * C);
    }
}
