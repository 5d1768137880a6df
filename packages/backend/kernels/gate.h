// relu's gradient, dy where y > 0 (as tfjs has it: dy * step(y), NaN where y is), and beside it the sums
// of its columns, which are the gradient of a bias: one pass instead of two.
#ifndef CNNKIT_GATE_H
#define CNNKIT_GATE_H
#include "tile.h"

INLINE V gate(V dy, V y) { return dy * pick(y > 0, splat(1), pick(y != y, y, zero())); }

INLINE void gate_columns(const int cols, const float *dy, const float *y, float *out, float *sums, int rows, size_t stride,
                         int left) {
  V s[COLS];
  UNROLL for (int j = 0; j < cols; j++) s[j] = load(sums + j * VW);
  for (int r = 0; r < rows; r++, dy += stride, y += stride, out += stride)
    UNROLL for (int j = 0; j < cols; j++) {
      const V v = gate(load(dy + j * VW), load(y + j * VW));
      store_part(out + j * VW, v, left - j * VW);
      s[j] += v;
    }
  UNROLL for (int j = 0; j < cols; j++) store(sums + j * VW, s[j]);
}
// `rows` rows of `columns` floats, `stride` apart; out may be dy. sums has room for whole vectors. Some rows
// at a time, so that their other columns are still in L1.
static void gate_rows(const float *dy, const float *y, float *out, float *sums, size_t rows, size_t stride, int columns) {
  enum { BLOCK = 16 };
  for (size_t r = 0; r < rows; r += BLOCK) {
    const int count = rows - r < BLOCK ? (int)(rows - r) : BLOCK;
    const size_t at = r * stride;
    EACH_COLUMN_BLOCK(c, columns, gate_columns(cols, dy + at + c, y + at + c, out + at + c, sums + c, count, stride, columns - c));
  }
}
INLINE void clear_sums_row(float *sums, int columns) {
  for (int c = 0; c < columns; c += VW) store(sums + c, zero());
}
INLINE void store_row(float *to, const float *from, int columns) {
  for (int c = 0; c < columns; c += VW) store_part(to + c, load(from + c), columns - c);
}
#endif
