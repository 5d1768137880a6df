// winograd-dx: dx = the gradient of the input of a 3 x 3 convolution, B [sum over n of U . (A dY A')] B'
// of winograd.h, from dY or from a pooled dY and its mask. U is of the transposed weights [3][3][N][C].
// Chunks: a share of the images by a slab of channels, since the tiles of an image overlap: dx starts
// as zeros, tiles are added one after another. The gradient is transformed again for each slab, which
// is a multiple of 64 channels, the widest panel of U.
// Packing and cost as in winograd.c, with C and N changed about and (m + 2)^2 additions to dx a tile.
#include "winograd.h"

// Adds B D B' of one tile to channels [c0, c1) of dx.
#define IN(i, j) load(in + (size_t)((i) * (m + 2) + (j)) * fs)
INLINE const float *add_vectors(const int m, const int whole, const Patch *p, int C, int c0, int c1, const float *in, size_t fs) {
  for (int c = c0; c + VW <= c1; c += VW, in += VW) {
#define OUT(i, j, value)                              \
  do {                                                \
    float *to_ = PIXEL(p, whole, m + 2, C, i, j) + c; \
    store(to_, load(to_) + (value));                  \
  } while (0)
    SANDWICH(m + 2, m + 2, M_B, IN, OUT)
#undef OUT
  }
  return in;
}
// The last channels, fewer than a vector.
INLINE void add_lanes(const int m, const Patch *p, int C, int c, int lanes, const float *in, size_t fs) {
  V values[25];
#define OUT(i, j, value) values[(i) * (m + 2) + (j)] = value
  SANDWICH(m + 2, m + 2, M_B, IN, OUT)
#undef OUT
  for (int i = 0; i < m + 2; i++)
    for (int j = 0; j < m + 2; j++) {
      float *to = PIXEL(p, p->whole, m + 2, C, i, j) + c;
      for (int q = 0; q < lanes; q++) to[q] += values[i * (m + 2) + j][q];
    }
}
#undef IN
INLINE void add_tiles_of(const int m, const Geometry *g, const Tiles *tiles, const float *in, size_t fs, int c0, int c1,
                         float *dx, float *rubbish, int t0, int count) {
  Patch p;
  for (int t = 0; t < count; t++, in += tile_stride(c1 - c0)) {
    find_patch(&p, dx, g->height, g->width, g->channels, tiles, t0 + t, g->pad_top, g->pad_left, m + 2, rubbish);
    const float *rest = p.whole ? add_vectors(m, 1, &p, g->channels, c0, c1, in, fs)
                                : add_vectors(m, 0, &p, g->channels, c0, c1, in, fs);
    const int lanes = (c1 - c0) % VW;
    if (lanes) add_lanes(m, &p, g->channels, c1 - lanes, lanes, rest, fs);
  }
}

// dy mask U dx m tiles-at-once slabs geometry; chunks are a multiple of slabs.
static void k_winograd_dx(const Task *task) {
  float *dy = FLOATS(0), *dx = FLOATS(3);
  const float *u = FLOATS(2);
  const int8_t *mask = INT(1) ? BYTES(1) : 0;
  const int m = INT(4), at_once = INT(5), slabs = INT(6), frequencies = (m + 2) * (m + 2);
  const Geometry *g = &GEOMETRY(7);
  const int C = g->channels, N = g->filters, slab = ceil_div(ceil_div(C, slabs), 64) * 64;
  const int c0 = task->chunk % slabs * slab, c1 = min_int(C, c0 + slab);
  if (c1 <= c0) return;
  const Tiles tiles = tiles_of(g, m, mask != 0);
  const size_t ms = plane_stride(at_once, N), ds = plane_stride(at_once, c1 - c0);
  float *zeros = (float *)task->scratch, *rubbish = zeros + tile_stride(N);
  float *v = rubbish + tile_stride(C), *product = v + frequencies * ms;
  clear_bytes(zeros, (size_t)(tile_stride(N) + tile_stride(C)) * 4);
  const Task images = {.chunk = task->chunk / slabs, .chunks = task->chunks / slabs};
  int lo, hi;
  share(&images, g->batch, &lo, &hi);
  const size_t pixels = (size_t)g->height * g->width;
  if (slabs == 1) clear_bytes(dx + lo * pixels * C, (size_t)(hi - lo) * pixels * C * 4);
  else
    for (size_t p = lo * pixels; p < hi * pixels; p++) clear_bytes(dx + p * C + c0, (size_t)(c1 - c0) * 4);
  const int end = hi * tiles.per_image;
  for (int t0 = lo * tiles.per_image; t0 < end; t0 += at_once) {
    const int count = min_int(at_once, end - t0);
    gradient_tiles(g, &tiles, dy, mask, zeros, v, ms, t0, count);
    for (int f = 0; f < frequencies; f++)
      frequency_matmul(v + f * ms, tile_stride(N), N, u + f * filter_plane(N, C) + (size_t)c0 * N, product + f * ds,
                       tile_stride(c1 - c0), c1 - c0, count);
    if (m == 2) add_tiles_of(2, g, &tiles, product, ds, c0, c1, dx, rubbish, t0, count);
    else add_tiles_of(3, g, &tiles, product, ds, c0, c1, dx, rubbish, t0, count);
  }
}
