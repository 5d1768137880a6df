// pooled-dw: part[share][KH * KW * C][N] = the gradient of a convolution's weights from a pooled dy and its mask, by
// its winners (winners.h), any stride and padding, rows not dilated. The parts are summed by `reduce`.
// Chunks: a share of the images by a slab of filters. Their counts come from the shape, so any number of threads
// gives the same bits.
// An image that is padded is copied with its zeros. Rows of windows are taken in strips, whose pixels stay in L1:
// a filter's winners are listed, and for each kernel row a block of vectors is summed along the list, in registers;
// filter by filter, so that its list stays in L1 too.
// The sums rest in scratch, [n][KH][KW * C], and are transposed at the end.
// Cost: KH KW C multiply-adds a filter and window that relu left on, each with a load: about half the peak rate.
#include "winners.h"

// Rows of windows, and the first pixel they see, of rows `across` pixels wide.
typedef struct Strip { const float *x; int across, rows; } Strip;

// Lists one filter's four gradients, those of zero only if `all`; how many that were.
SMALL int list_all(Item *to, const int *places, const float *values, int stride, int all) {
  int count = 0;
  for (int k = 0; k < 4; k++) {
    const float v = values[k * stride];
    if (all || v != 0) to[count++] = (Item){places[k], v};
  }
  return count;
}
// The lists of a slab of filters, and room to make them in.
typedef struct SlabLists {
  Item *items; // each filter's, with room for all four places of all windows
  int *counts, room;
  int *places, slab;            // [window][slab]: where what a window's winner sees begins, negative if it is zero
  int *turned, pitch;           // the same, [filter][pitch]
  float *values, *columns, *to; // gradients, [filter][pitch]; their sums, and where new ones are made
} SlabLists;

// Appends a window's gradients of filters [0, count) to their lists and adds them to `columns`: with all there is.
SMALL void list_odd(const float *dy, const int8_t *mask, int count, const int *places, int all, const SlabLists *lists) {
  for (int n = 0; n < count; n += VW) {
    V e[4];
    float values[4 * VW], *columns = lists->columns + n;
    unpool(dy + n, mask + n, 1, e);
    for (int k = 0; k < 4; k++) store(values + k * VW, e[k]);
    store(columns, load(columns) + ((e[0] + e[1]) + (e[2] + e[3])));
    for (int i = n; i < min_int(count, n + VW); i++) {
      int *listed = lists->counts + i;
      *listed += list_all(lists->items + (size_t)i * lists->room + *listed, places, values + i - n, VW, all);
    }
  }
}
// Reads all windows' winners. Whether they can be told (winners.h).
ALONE int read_windows(const Geometry *g, const Strip *strip, const float *dy, const int8_t *mask, int count,
                       const SlabLists *lists) {
  const int down = g->stride_height * strip->across * g->channels, right = g->stride_width * g->channels;
  const int across = g->out_width / 2, N = g->filters;
  V zeros = zero();
  VI bytes = {};
  for (int n = 0; n < count; n += VW) {
    const VI there = lanes() < count - n;
    const float *values = dy + n;
    const int8_t *won = mask + n;
    int *places = lists->places + n;
    V sum = load(lists->columns + n);
    for (int r = 0; r < strip->rows; r++)
      for (int c = 0; c < across; c++, values += N, won += N, places += lists->slab) {
        const VI byte = load_bytes(won) & there, is = byte < RELU_OFF;
        const V v = keep(there, load(values));
        const VI at = 2 * (r * down + c * right) + (((byte & 1) != 0) & right) + (((byte & 2) != 0) & down);
        zeros += v * 0;
        bytes |= byte;
        sum += keep(is, v);
        *(VI *)places = at | ~is | (v == 0);
      }
    store(lists->to + n, sum);
  }
  return can_tell(zeros, bytes);
}
// Lists what has a place, filter by filter, so that where the next item goes is in a register.
INLINE void list_winners(const float *dy, int windows, int N, int count, const SlabLists *lists) {
#if CAN_PACK
  // A vector of windows at a time, for which what lies window by window is transposed.
  transpose_block(lists->places, lists->slab, lists->turned, lists->pitch, windows, count);
  transpose_block((const int32_t *)dy, N, (int32_t *)lists->values, lists->pitch, windows, count);
#endif
  for (int n = 0; n < count; n++) {
    Item *const items = lists->items + (size_t)n * lists->room, *item = items;
#if CAN_PACK
    const size_t row = (size_t)n * lists->pitch;
    for (int w = 0; w < windows; w += VW) {
      const VI at = *(const VI *)(lists->turned + row + w);
      item = pack_items(item, (at >= 0) & (lanes() < windows - w), at, load(lists->values + row + w));
    }
#else
    const int *place = lists->places + n;
    const float *value = dy + n;
    ROLLED for (int w = 0; w < windows; w++, place += lists->slab, value += N) { // written, and kept if it has one
      write_item(item, *place, value);
      item += *place >= 0;
    }
#endif
    lists->counts[n] = (int)(item - items);
  }
}
ALONE void list_filters(const Geometry *g, const Strip *strip, const float *dy, const int8_t *mask, int count, int all,
                        const SlabLists *lists) {
  const int across = g->out_width / 2, windows = strip->rows * across, N = g->filters;
  if (!all && read_windows(g, strip, dy, mask, count, lists)) {
    copy_bytes(lists->columns, lists->to, (size_t)count * 4);
    list_winners(dy, windows, N, count, lists);
    return;
  }
  const int down = g->stride_height * strip->across * g->channels, right = g->stride_width * g->channels;
  for (int n = 0; n < count; n++) lists->counts[n] = 0;
  for (int w = 0; w < windows; w++, dy += N, mask += N) {
    const int at = 2 * (w / across * down + w % across * right);
    const int places[4] = {at, at + right, at + down, at + down + right};
    list_odd(dy, mask, count, places, all, lists);
  }
}

// x dy mask part slabs rows-at-once geometry sums; chunks = shares * slabs. The sums of dy, if any, are [share][N].
static void k_pooled_dw(const Task *task) {
  const int8_t *mask = BYTES(2);
  const int slabs = INT(4), at_once = INT(5);
  const Geometry *g = &GEOMETRY(6);
  const int C = g->channels, N = g->filters, KH = g->kernel_height, L = g->kernel_width * C;
  const int slab = ceil_div(ceil_div(N, slabs), 16) * 16;
  const int n0 = task->chunk % slabs * slab, count = min_int(N - n0, slab);
  if (count <= 0) return;
  const Task images = {.chunk = task->chunk / slabs, .chunks = task->chunks / slabs};
  const Reach reach = reach_of(g);
  const int down = g->out_height / 2, across = g->out_width / 2, room = at_once * across * 4 + 1;
  const int row = ceil_div(L, 16) * 16, pitch = ceil_div(at_once * across, 16) * 16;
  const size_t next = (size_t)KH * row + 16; // filters do not share the sets of L1
  Item *items = (Item *)task->scratch;
  int *counts = (int *)(items + (size_t)slab * room + PACKED), *places = counts + slab, *turned = places + slab * pitch;
  float *values = (float *)turned + slab * pitch, *columns = values + slab * pitch, *new_columns = columns + slab + VW;
  float *sums = new_columns + slab + VW, *spare = sums + slab * next;
  const SlabLists lists = {items, counts, room, places, slab, turned, pitch, values, columns, new_columns};
  clear_bytes(columns, (size_t)(2 * (slab + VW) + slab * next) * 4);
  int lo, hi;
  share(&images, g->batch, &lo, &hi);
  for (int b = lo; b < hi; b++) {
    const float *image = FLOATS(0) + (size_t)b * g->height * g->width * C;
    if (!reach.in_place) {
      pad_image(g, image, &reach, spare);
      image = spare;
    }
    for (int r = 0; r < down; r += at_once) {
      const int rows = min_int(at_once, down - r);
      const Strip strip = {image + (size_t)2 * r * g->stride_height * reach.across * C, reach.across, rows};
      const size_t at = ((size_t)b * down + r) * across * N + n0;
      const int high = (2 * rows - 1) * g->stride_height + (KH - 1) * g->dilation_height + 1;
      const int all = !all_finite(strip.x, (size_t)high * reach.across * C);
      list_filters(g, &strip, FLOATS(1) + at, mask + at, count, all, &lists);
      for (int n = 0; n < count; n++)
        for (int kh = 0; kh < KH && counts[n]; kh++)
          for (int v = 0, cols; v < L; v += cols * VW) {
            const float *x = strip.x + (size_t)kh * g->dilation_height * reach.across * C + v;
            cols = block_columns(L - v);
            BY_BLOCK(cols, add_items, items + (size_t)n * room, counts[n], x, sums + n * next + kh * row + v, row - v);
          }
    }
  }
  float *part = FLOATS(3) + (size_t)images.chunk * KH * L * N + n0, *added = FLOATS_OR_NULL(6 + GEOMETRY_INTS);
  for (int kh = 0; kh < KH; kh++)
    transpose_block((const int32_t *)sums + kh * row, next, (int32_t *)part + (size_t)kh * L * N, (size_t)N, count, L);
  if (added) store_row(added + (size_t)images.chunk * N + n0, columns, count);
}
