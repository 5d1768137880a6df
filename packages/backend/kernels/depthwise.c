// depthwise: out[b][oh][ow][C] = act(sum over taps of x[b][ih][iw][C] * w[tap][C] + bias[C]), any kernel
// size, stride, dilation and padding; and depthwise-dx, its gradient of x, the same sum over
// dy. A channel multiplier is the sender's business: it repeats x's channels.
// Both are rows of pixels, each pixel a sum over taps that step evenly along the row. In the gradient
// the pixels that are a stride apart have the same taps, so a row is as many such rows as the stride.
// Chunks: rows of out (or dx). Tile: 8 (4, 1) pixels of a row x 1 vector of channels, taps inside.
// Where a kernel row's taps lie side by side and are 2, 3 or 5, as nearly always, the tile walks the columns under it:
// each is loaded once for all taps that want it, 10 loads for 24 multiply-adds at 3 x 3, beside a vector of weights
// a tap. At the image's edge the outer columns of the same tile are masked, and a row's last tile is shifted back
// over the one before, so that no pixel is done alone. Else a weight is loaded once a tile, every other operand once
// a multiply-add, and pixels that miss a tap go one by one. Taps reach scratch as a list.
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

// Bias, activation and a part of a vector, for sums of `count` pixels: what windows leave to a call.
static __attribute__((noinline)) void depthwise_finish(const DepthwiseRow *r, const V *sums, int count, int c, float *out) {
  for (int i = 0; i < count; i++, out += r->out_step) {
    V v = sums[i];
    if (r->bias) v += load(r->bias + c);
    store_part(out + c, activate(r->act, v), r->C - c);
  }
}

// The columns under a tile: pixel i's tap k is column i * stride + k, counted from `first`, which may lie
// before the image of `width` columns or end after it.
typedef struct Window { int stride, taps, width, first; } Window;

// Pixels [t, t + count) from columns, all channels; the list has a kernel row's `taps` side by side. `edge`: up to
// taps - 1 columns on either side do not exist.
INLINE void depthwise_window(const int count, const int stride, const int taps, const int edge, const DepthwiseRow *r,
                             const Window *w, int t, float *out) {
  const int C = r->C, n = (count - 1) * stride + taps, first = w->first + t * stride;
  ptrdiff_t at[20];
  int32_t real[20];
  if (edge) {
    UNROLL for (int q = 0; q < n; q++) {
      const int column = min_int(max_int(first + q, 0), w->width - 1);
      at[q] = (ptrdiff_t)(column - w->first) * C;
      real[q] = -(column == first + q);
    }
  }
  for (int group = 0; group < C; group += VW) {
    // The last vector goes back over the one before, rather than be stored in part.
    const int c = C >= VW ? min_int(group, C - VW) : 0;
    V sums[8];
    UNROLL for (int i = 0; i < count; i++) sums[i] = zero();
    ROLLED for (int row = 0; row < r->taps; row += taps) {
      const Tap *tap = r->tap + row;
      const float *start = r->from + (tap->at + c), *p = start + (ptrdiff_t)t * stride * C;
      V weight[5];
      UNROLL for (int k = 0; k < taps; k++) weight[k] = load(tap[k].weight + c);
      UNROLL for (int q = 0; q < n; q++, p += C) {
        V v;
        if (edge && (q < taps - 1 || q > n - taps)) v = keep(splat_int(real[q]), load(start + at[q]));
        else v = load(p);
        UNROLL for (int k = 0; k < taps; k++)
          if (q >= k && (q - k) % stride == 0 && (q - k) / stride < count)
            sums[(q - k) / stride] = FMA(v, weight[k], sums[(q - k) / stride]);
      }
    }
    float *to = out + (size_t)t * r->out_step;
    if (r->act <= RELU && c + VW <= C) {
      const V bias = r->bias ? load(r->bias + c) : zero(), least = splat(r->act == RELU ? 0 : -__builtin_inff());
      to += c;
      UNROLL for (int i = 0; i < count; i++, to += r->out_step) {
        const V v = sums[i] + bias;
        store(to, pick(v < least, least, v));
      }
    } else {
      V rest[8]; // not sums itself, which would have to lie in memory then
      UNROLL for (int i = 0; i < count; i++) rest[i] = sums[i];
      depthwise_finish(r, rest, count, c, to);
    }
  }
}

// A row by tiles of `count`, of which it has at least one.
INLINE void depthwise_windows(const int count, const int stride, const int taps, const DepthwiseRow *r,
                              const Window *w, float *out) {
  const int n = (count - 1) * stride + taps;
  for (int t = 0; t < r->pixels; t += count) {
    const int from = min_int(t, r->pixels - count), first = w->first + from * stride;
    // A row of less than 8 is nearly all edge: its tiles are so in any case, for the size of the code.
    if (count == 8 && first >= 0 && first + n <= w->width) depthwise_window(count, stride, taps, 0, r, w, from, out);
    else depthwise_window(count, stride, taps, 1, r, w, from, out);
  }
}

// Whether a row can go by windows of the list's taps; it has then. One call for both kernels, for its size.
static __attribute__((noinline)) int depthwise_by_windows(const DepthwiseRow *r, const Window *w, float *out) {
  const int last = w->first + (r->pixels - 1) * w->stride + w->taps;
  // Columns that do not exist must be the outer ones of a tile.
  if (w->first <= -w->taps || last >= w->width + w->taps || r->pixels < 4) return 0;
#define WINDOWS(stride_, taps_)                                            \
  if (w->stride == stride_ && w->taps == taps_) {                          \
    if (r->pixels >= 8) depthwise_windows(8, stride_, taps_, r, w, out);   \
    else depthwise_windows(4, stride_, taps_, r, w, out);                  \
    return 1;                                                              \
  }
  WINDOWS(1, 2) WINDOWS(1, 3) WINDOWS(1, 5) WINDOWS(2, 3)
#undef WINDOWS
  return 0;
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

// The list's columns, if those of each kernel row lie side by side: `taps` of 0 if not.
INLINE Window window_of(const Tap *tap, int taps, int across, int rows, int first, int stride, int width, int C) {
  Window w = {.stride = stride, .taps = rows > 0 && taps == across * rows ? across : 0, .width = width, .first = first};
  for (int k = 1; k < across; k++)
    if (tap[k].at - tap[k - 1].at != C) w.taps = 0;
  return w;
}

static void k_depthwise(const Task *task) {
  const Geometry *g = &GEOMETRY(5);
  const int C = g->channels, KH = g->kernel_height, KW = g->kernel_width;
  Tap *tap = (Tap *)task->scratch;
  int lo, hi;
  share(task, g->batch * g->out_height, &lo, &hi);
  for (int u = lo; u < hi; u++) {
    const int ih0 = u % g->out_height * g->stride_height - g->pad_top;
    int taps = 0, rows = 0, across = 0, first = 0;
    for (int kh = 0; kh < KH; kh++) {
      const int ih = ih0 + kh * g->dilation_height;
      if (ih < 0 || ih >= g->height) continue;
      const ptrdiff_t row = (ptrdiff_t)(u / g->out_height * g->height + ih) * g->width;
      for (int kw = 0; kw < KW; kw++) {
        const int iw0 = kw * g->dilation_width - g->pad_left;
        Tap *next = tap + taps;
        valid_outputs(g->out_width, g->stride_width, iw0, g->width, &next->lo, &next->hi);
        if (next->lo >= next->hi) continue;
        if (taps == 0) first = iw0;
        next->at = (row + iw0) * C;
        next->weight = FLOATS(1) + (size_t)(kh * KW + kw) * C;
        taps++;
        if (rows == 0) across = taps;
      }
      rows++;
    }
    const DepthwiseRow r = {.tap = tap, .taps = taps, .pixels = g->out_width, .C = C, .act = INT(4),
                            .from = FLOATS(0), .bias = FLOATS_OR_NULL(2),
                            .step = (size_t)g->stride_width * C, .out_step = C};
    const Window w = window_of(tap, taps, across, rows, first, g->stride_width, g->width, C);
    float *out = FLOATS(3) + (size_t)u * g->out_width * C;
    if (depthwise_by_windows(&r, &w, out)) continue;
    const DepthwiseRow alone = r; // not r, which lies in memory for that call
    depthwise_row(&alone, out);
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
      int taps = 0, rows = 0, across = 0, first = 0;
      for (int kh = 0; kh < KH; kh++) {
        const int above = u % g->height + g->pad_top - kh * g->dilation_height, oh = above / g->stride_height;
        if (above < 0 || above % g->stride_height != 0 || oh >= g->out_height) continue;
        const ptrdiff_t row = (ptrdiff_t)(u / g->height * g->out_height + oh) * g->out_width;
        for (int kw = KW - 1; kw >= 0; kw--) { // from left to right in dy
          const int left = phase + g->pad_left - kw * g->dilation_width, ow0 = left / stride;
          Tap *next = tap + taps;
          next->lo = max_int(0, -ow0);
          next->hi = min_int(pixels, g->out_width - ow0);
          if (left % stride != 0 || next->lo >= next->hi) continue;
          if (taps == 0) first = ow0;
          next->at = (row + ow0) * C;
          next->weight = FLOATS(1) + (size_t)(kh * KW + kw) * C;
          taps++;
          if (rows == 0) across = taps;
        }
        rows++;
      }
      const DepthwiseRow r = {.tap = tap, .taps = taps, .pixels = pixels, .C = C, .act = LINEAR,
                              .from = FLOATS(0), .step = C, .out_step = (size_t)stride * C};
      const Window w = window_of(tap, taps, across, rows, first, 1, g->out_width, C);
      float *out = FLOATS(2) + ((size_t)u * g->width + phase) * C;
      if (depthwise_by_windows(&r, &w, out)) continue;
      const DepthwiseRow alone = r;
      depthwise_row(&alone, out);
    }
}
