// Gradients of a convolution behind a fused relu and 2 x 2 pool, by their winners: of a window's four outputs one
// at most has a gradient, and only it is multiplied. Filters win in different places, so that no matmul takes them
// together; instead what is not zero is listed or marked, and each sum runs along such a list or set:
//   dw[n][row] += the sum over n's winners of dy * x[place][row],
//   dx[place][row] += the sum over the filters that won there of dy * w[n][row],
// a row being one of the kernel's, KW * C consecutive floats of x or of dx, and of w transposed to [N][KH][KW * C].
// Filters that won are a set of bits, by which weights and gradients are found. Windows are a list of gradients and places:
// as bits, with places in memory, they took as long (512 bits, WebAssembly) for more code.
// Zeros are left out, which is the same as adding them unless they meet NaN or infinity: where the other operand
// has any, all four places are listed.
#ifndef CNNKIT_WINNERS_H
#define CNNKIT_WINNERS_H
#include "tile.h"
#include "unpool.h"

// A gradient, and where in the other operand the floats begin that it multiplies.
typedef struct Item { int at; float dy; } Item;
// Both at once: a copy of one just made from two halves would wait for their stores.
INLINE void write_item(Item *to, int at, const float *dy) {
  uint32_t bits;
  copy_bytes(&bits, dy, 4);
  const uint64_t both = (uint32_t)at | (uint64_t)bits << 32;
  copy_bytes(to, &both, 8);
}

// Whether there is an instruction for it, which writes whole vectors: so many items past the last may be written.
#define CAN_PACK (VECTOR_BITS == 512)
enum { PACKED = VW / 2 };
#if CAN_PACK
// Lists what a mask has of a vector's gradients; returns the list's end.
INLINE Item *pack_items(Item *to, VI mask, VI at, V dy) {
  const __m512i low = _mm512_set_epi32(23, 7, 22, 6, 21, 5, 20, 4, 19, 3, 18, 2, 17, 1, 16, 0);
  const __m512i a = (__m512i)at, b = (__m512i)dy, high = _mm512_add_epi32(low, _mm512_set1_epi32(8));
  const unsigned which = _mm512_movepi32_mask((__m512i)mask);
  const __mmask8 first = (__mmask8)which, second = (__mmask8)(which >> 8);
  _mm512_storeu_si512(to, _mm512_maskz_compress_epi64(first, _mm512_permutex2var_epi32(a, low, b)));
  to += __builtin_popcount(first);
  _mm512_storeu_si512(to, _mm512_maskz_compress_epi64(second, _mm512_permutex2var_epi32(a, high, b)));
  return to + __builtin_popcount(second);
}
#endif

// A set of numbers, bit i % 64 of word i / 64.
enum { SET = 64 };
INLINE int words_for(int n) { return ceil_div(n, SET); }
INLINE int any_of(const uint64_t *set, int words) {
  uint64_t some = 0;
  for (int k = 0; k < words; k++) some |= set[k];
  return some != 0;
}

// How many vectors of a row are summed at a time, in registers beside one operand and one splat, and functions for
// each, so that nothing else takes registers.
#define BLOCKS(CASE) CASE(12) CASE(6) CASE(4) CASE(3) CASE(2) CASE(1)
enum { LONGEST = 12 };
#define LOAD_SUMS(cols, to) UNROLL for (int j = 0; j < cols; j++) sums[j] = load((to) + j * VW)
#define STORE_SUMS(cols, to, left)                          \
  UNROLL for (int j = 0; j < cols; j++) {                   \
    if (cols > 1) store((to) + j * VW, sums[j]);            \
    else store_part(to, sums[0], left);                     \
  }
// Goes to `done`, never, between two operands and the next.
#define ADD_ROW(cols, dy, p)                                \
  UNROLL for (int j = 0; j < cols; j++) {                   \
    if (j && j % 2 == 0 && APART(p, j)) goto done;          \
    sums[j] = FMA(dy, load((p) + j * VW), sums[j]);         \
  }

// to[0, cols vectors) += the sum over `count` items, at least one, of dy * from[at + ...]; `left` floats exist in `to`.
INLINE void add_items(const int cols, const Item *item, int count, const float *from, float *to, int left) {
  const Item *const end = item + count;
  V sums[LONGEST];
  LOAD_SUMS(cols, to);
  ROLLED do {
    const float *p = from + item->at;
    const V dy = splat(item->dy);
    item++;
    STEPS(item);
    ADD_ROW(cols, dy, p)
  } while (item != end);
done:
  STORE_SUMS(cols, to, left)
}
// The same over the numbers n of a set, of `words` words, of dy[n] * from[n * step + ...].
typedef struct Marked { const uint64_t *set; int words; size_t step; } Marked;
INLINE void add_marked(const int cols, const Marked *marked, const float *dy, const float *from, float *to, int left) {
  const uint64_t *set = marked->set, *const end = set + marked->words;
  const size_t step = marked->step;
  V sums[LONGEST];
  LOAD_SUMS(cols, to);
  ROLLED do {
    uint64_t rest = *set++;
    if (rest)
      ROLLED do {
        const size_t n = (size_t)__builtin_ctzll(rest);
        const float *p = from + n * step;
        const V s = splat(dy[n]);
        rest &= rest - 1;
        ADD_ROW(cols, s, p)
      } while (rest);
    dy += SET;
    from += SET * step;
  } while (set != end);
done:
  STORE_SUMS(cols, to, left)
}
#undef LOAD_SUMS
#undef STORE_SUMS
#undef ADD_ROW
#define CASE(cols)                                                                                              \
  ALONE void add_items_##cols(const Item *item, int count, const float *from, float *to, int left) {            \
    add_items(cols, item, count, from, to, left);                                                               \
  }                                                                                                             \
  ALONE void add_marked_##cols(const Marked *marked, const float *dy, const float *from, float *to, int left) { \
    add_marked(cols, marked, dy, from, to, left);                                                               \
  }
BLOCKS(CASE)
#undef CASE
#define BY_BLOCK(cols, function, ...)                            \
  switch (cols) {                                                \
    case 12: function##_12(__VA_ARGS__); break;                  \
    case 6: function##_6(__VA_ARGS__); break;                    \
    case 4: function##_4(__VA_ARGS__); break;                    \
    case 3: function##_3(__VA_ARGS__); break;                    \
    case 2: function##_2(__VA_ARGS__); break;                    \
    default: function##_1(__VA_ARGS__);                          \
  }
// How many vectors of a row's last `left` floats to take together: only a single one may hang over its end.
INLINE int block_columns(int left) {
#define CASE(cols) if (left >= cols * VW) return cols;
  BLOCKS(CASE)
#undef CASE
  return 1;
}

// Whether winners can be told from gradients and bytes alone, of which these are sums times zero and all bits: there is
// no NaN and no infinity among them.
INLINE int can_tell(V zeros, VI bytes) { return !some((zeros != zeros) | (bytes >= FIRST_NAN) | (bytes < 0)); }
#endif
