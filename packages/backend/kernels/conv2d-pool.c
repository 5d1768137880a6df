// conv2d-pool: convolution, bias, relu and a valid 2 x 2 max pool in one pass: pooled output and its
// winners' bytes (unpool.h). Rows and columns that the pool drops are never computed.
// Chunks: blocks of pooled pixels. Tile: the window's 4 pixels x COLS vectors of filters, their runs
// found or gathered as in conv2d; few channels as there. Of an image's black background, where a window of few channels sees
// nothing but zeros, the bias is the convolution: more than half of MNIST's windows, a quarter of Fashion-MNIST's.
// Cost: the convolution's multiply-adds; a quarter of its output is written.
#include "tile.h"
#include "unpool.h"

INLINE void finish_window(const int cols, V sums[][COLS], const float *bias, float *out, int8_t *mask, int N, int n) {
  UNROLL for (int j = 0; j < cols; j++) {
    const V add = bias ? load(bias + n + j * VW) : zero();
    pool_relu(sums[0][j] + add, sums[1][j] + add, sums[2][j] + add, sums[3][j] + add, out + n + j * VW,
              mask + n + j * VW, N - n - j * VW);
  }
}

INLINE void conv2d_pool_tile(const int cols, const float *const *run, int runs, int length, const float *w,
                             const float *bias, float *out, int8_t *mask, int N, int n) {
  V sums[ROWS][COLS];
  clear_sums(4, cols, sums);
  tile_window(4, cols, run, runs, length, w + n, N, sums);
  finish_window(cols, sums, bias, out, mask, N, n);
}

// A window that sees nothing: pooled once, in scratch, and copied from there. Without `out` none is told from the others:
// there is no room, or one of the weights, which are K a filter, is not finite, and zero times that is NaN.
typedef struct Blank { float *out; int8_t *mask; } Blank;
static Blank pool_blank(const Task *task, const float *w, int K, const float *bias, int N, float *spare) {
  const size_t used = (size_t)((char *)spare - task->scratch) + (size_t)N * 5;
  if (used > task->scratch_bytes || !all_finite(w, (size_t)K * N)) return (Blank){};
  const Blank blank = {spare, (int8_t *)(spare + N)};
  for (int n = 0; n < N; n += VW) {
    const V v = bias ? load(bias + n) : zero();
    pool_relu(v, v, v, v, blank.out + n, blank.mask + n, N - n);
  }
  return blank;
}
INLINE void copy_blank(const Blank *blank, int N, float *out, int8_t *mask) {
  int n = 0;
  for (; n + VW <= N; n += VW) {
    store(out + n, load(blank->out + n));
    *(VB *)(mask + n) = *(const VB *)(blank->mask + n);
  }
  for (; n < N; n++) {
    out[n] = blank->out[n];
    mask[n] = blank->mask[n];
  }
}

// Few channels: bands of rows, whose number is even or the image's.
ALONE void conv2d_pool_planes(const Task *task, const Geometry *g, Planes *p, const float *x,
                                                         const float *w, const float *bias, float *out, int8_t *mask) {
  const int N = g->filters, across = g->out_width / 2, down = g->out_height / 2;
  int lo, hi;
  share(task, g->batch * p->bands, &lo, &hi);
  if (lo < hi) prepare_planes(g, w, p);
  const Blank blank = pool_blank(task, w, p->K, bias, N, p->x + (size_t)g->channels * p->rows * p->width);
  const int high = p->rows - p->band + 2, wide = p->width - g->out_width + 2; // what a window sees
  for (int u = lo; u < hi; u++) {
    const int b = u / p->bands, first = u % p->bands * (p->band / 2), end = min_int(p->band / 2, down - first);
    fill_planes(g, x + (size_t)b * g->height * g->width * g->channels, first * 2, p);
    for (int r = 0; r < end; r++) {
      const size_t row = ((size_t)b * down + first + r) * across * N;
      const float *from = p->x + (size_t)2 * r * p->width;
      int count = 0;
      for (int ow = 0; ow < across; ow++) {
        int nothing = blank.out != 0;
        for (int c = 0; c < g->channels && nothing; c++)
          nothing = all_zero(from + (size_t)c * p->rows * p->width + 2 * ow, (size_t)p->width, high, wide);
        if (nothing) copy_blank(&blank, N, out + row + (size_t)ow * N, mask + row + (size_t)ow * N);
        else p->windows[count++] = ow;
      }
      EACH_COLUMN_BLOCK(n, N, {
        for (int i = 0; i < count; i++) {
          const size_t ow = (size_t)p->windows[i], o = row + ow * N;
          V sums[ROWS][COLS];
          planes_tile(4, cols, 1, p, from + 2 * ow, n, sums);
          finish_window(cols, sums, bias, out + o, mask + o, N, n);
        }
      });
    }
  }
}

// The commonest first layer, 3 x 3 over one unpadded channel, where there are registers enough: a window's 4 x 4 pixels each go to up to
// four sums, and a vector of filters' 9 weights stay in registers.
enum { SEEING = 1024 }; // windows listed at a time
INLINE void conv2d_pool_3x3x1(const Task *task, const Geometry *g, const float *x, const float *w, const float *bias, float *out,
                              int8_t *mask, int lo, int hi) {
  const int N = g->filters, W = g->width, down = g->out_height / 2, across = g->out_width / 2;
  Seeing *const windows = (Seeing *)task->scratch;
  const Blank blank = pool_blank(task, w, 9, bias, N, (float *)(windows + SEEING));
  Pixel at = pixel_at(lo, down, across);
  for (int p = lo; p < hi;) {
    int count = 0;
    for (const int end = min_int(hi, p + SEEING); p < end; p++, at = next_pixel(at, down, across)) {
      const size_t from = ((size_t)at.image * g->height + at.row * 2) * W + at.column * 2;
      if (blank.out && all_zero(x + from, (size_t)W, 4, 4)) copy_blank(&blank, N, out + (size_t)p * N, mask + (size_t)p * N);
      else windows[count++] = (Seeing){(uint32_t)from, (uint32_t)p};
    }
    for (int n = 0; n < N; n += VW) {
      V weight[9];
      UNROLL for (int k = 0; k < 9; k++) weight[k] = load(w + (size_t)k * N + n);
      const V add = bias ? load(bias + n) : zero();
      for (const Seeing *window = windows, *const end = windows + count; window != end; window++) {
        const float *q = x + window->from;
        V sums[4] = {};
        UNROLL for (int r = 0; r < 4; r++) {
          UNROLL for (int u = 0; u < 4; u++) {
            const V v = splat(q[r * W + u]);
            UNROLL for (int i = 0; i < 4; i++) {
              const int kh = r - (i >> 1), kw = u - (i & 1);
              if (kh >= 0 && kh < 3 && kw >= 0 && kw < 3) sums[i] = FMA(v, weight[kh * 3 + kw], sums[i]);
            }
          }
        }
        const size_t o = (size_t)window->to * N + n;
        pool_relu(sums[0] + add, sums[1] + add, sums[2] + add, sums[3] + add, out + o, mask + o, N - n);
      }
    }
  }
}

// All other layers: windows gathered where they are not in one piece, a block of pooled pixels at a time.
ALONE void conv2d_pool_windows(const Task *task, const Geometry *g, const float *x, const float *w, const float *bias, float *out,
                               int8_t *mask, int block, int lo, int hi) {
  const int N = g->filters, runs = g->kernel_height, length = g->kernel_width * g->channels, window = runs * length;
  const int down = g->out_height / 2, across = g->out_width / 2, pooled = g->batch * down * across;
  const float **run = (const float **)task->scratch;
  float *gathered = (float *)(task->scratch + (size_t)block * runs * ROWS * sizeof(float *));
  for (int u = lo; u < hi; u++) {
    const int p0 = u * block, count = min_int(block, pooled - p0);
    Pixel at = pixel_at(p0, down, across);
    for (int t = 0; t < count; t++, at = next_pixel(at, down, across))
      for (int i = 0; i < 4; i++) {
        const Pixel pixel = {at.image, at.row * 2 + (i >> 1), at.column * 2 + (i & 1)};
        window_runs(g, x, pixel, gathered + (size_t)(t * 4 + i) * window, run + (size_t)t * runs * ROWS + i);
      }
    EACH_COLUMN_BLOCK(n, N, {
      for (int t = 0; t < count; t++)
        conv2d_pool_tile(cols, run + (size_t)t * runs * ROWS, runs, length, w, bias, out + (size_t)(p0 + t) * N,
                         mask + (size_t)(p0 + t) * N, N, n);
    });
  }
}

static void k_conv2d_pool(const Task *task) {
  const float *x = FLOATS(0), *w = FLOATS(1), *bias = FLOATS_OR_NULL(2);
  float *out = FLOATS(3);
  int8_t *mask = BYTES(4);
  const Geometry *g = &GEOMETRY(5);
  const int window = g->kernel_height * g->kernel_width * g->channels;
  const int pooled = g->batch * (g->out_height / 2) * (g->out_width / 2);
  const size_t each = 4 * (size_t)window * 4 + (size_t)g->kernel_height * ROWS * sizeof(float *);
  const int block = min_int(CONV_BLOCK / 4, (int)(task->scratch_bytes / each));
  int lo, hi;
  share(task, ceil_div(pooled, block), &lo, &hi);
  Planes planes;
  if (COLS > 2 && is_3x3x1(g)) conv2d_pool_3x3x1(task, g, x, w, bias, out, mask, lo * block, min_int(pooled, hi * block));
  else if (find_planes(task, g, &planes)) conv2d_pool_planes(task, g, &planes, x, w, bias, out, mask);
  else conv2d_pool_windows(task, g, x, w, bias, out, mask, block, lo, hi);
}

// unpool: dy mask dz gated geometry: the gradient before the pool, written out for whoever reads it.
// Chunks: its pairs of rows.
static void k_unpool(const Task *task) {
  const Geometry *g = &GEOMETRY(4);
  const int pairs = row_pairs(g);
  int lo, hi;
  share(task, g->batch * pairs, &lo, &hi);
  for (int r = lo; r < hi; r++) {
    const size_t row = (size_t)(r / pairs) * g->out_height + r % pairs * 2;
    unpool_rows(g, FLOATS(0), BYTES(1), INT(3), r / pairs, r % pairs, FLOATS(2) + row * g->out_width * g->filters);
  }
}

// unpool-sum: out[p][N] = sum over the p-th of P stretches of R pooled pixels of dy where relu is on:
// the bias's gradient, from a quarter of the pixels. Folded by `reduce`. Chunks: the stretches.
static void k_unpool_sum(const Task *task) {
  const int R = INT(3), N = INT(4), P = INT(5);
  const float *dy = FLOATS(0);
  const int8_t *mask = BYTES(1);
  int lo, hi;
  share(task, P, &lo, &hi);
  for (int p = lo; p < hi; p++) {
    const int r0 = (int)((int64_t)R * p / P), r1 = (int)((int64_t)R * (p + 1) / P);
    for (int n = 0; n < N; n += VW) {
      V s = zero();
      for (int r = r0; r < r1; r++) {
        const size_t at = (size_t)r * N + n;
        s += gated_sum(dy + at, mask + at);
      }
      store_part(FLOATS(2) + (size_t)p * N + n, s, N - n);
    }
  }
}
