// The two register tiles that all matrix work is made of. Both keep rows x cols vectors of sums in
// registers; which rows and columns is the caller's business. Inner loops stay rolled: V8 orders all
// loads of a loop's body before its multiply-adds, so that a second step's operands would spill.
#ifndef CNNKIT_TILE_H
#define CNNKIT_TILE_H
#include "task.h"

// Keeps a pointer that steps along in a register of its own. Else clang makes one of many out of a
// common base, anew in each turn, and counts turns beside: a fifth of a loop's rate in WebAssembly.
#if defined(__wasm__)
#define STEPS(p) __asm__("" : "+r"(p))
#else
#define STEPS(p) (void)(p)
#endif

// Never true, which neither clang nor V8 knows: what follows is a block of its own, whose loads stay behind the
// multiply-adds before it, so that long straight code keeps to the registers. `p` is any pointer in use; n, below 16000, is
// another at each place that tests it, as clang remembers the answer. What is left then must not lead back into the loop:
// clang would move the multiply-adds there.
#if defined(__wasm__)
#define APART(p, n) ((uintptr_t)(p) == (uintptr_t)(n) * 4)
#else
#define APART(p, n) 0
#endif

// Has a vector in a register. Else gcc reads it from memory again for each row of a small tile.
#if VECTOR_BITS > 128
#define IN_REGISTER(v) __asm__("" : "+v"(v))
#else
#define IN_REGISTER(v) (void)(v)
#endif

// sums[i][j] += sum over r, k of run[r][i][k] * b[r * length + k][j]: `runs` stretches of `length`
// consecutive floats a row, against rows of b. A matmul has one run, a convolution one a kernel row.
INLINE void tile_rows(const int rows, const int cols, const float *const *run, int runs, int length,
                      const float *b, int ldb, V sums[][COLS]) {
  if (length <= 0) return;
  for (int r = 0; r < runs; r++, run += ROWS) {
    const float *a[ROWS], *const end = b + (size_t)length * ldb;
    UNROLL for (int i = 0; i < rows; i++) a[i] = run[i];
    ROLLED do {
      V v[COLS];
      UNROLL for (int j = 0; j < cols; j++) {
        v[j] = load(b + j * VW);
        IN_REGISTER(v[j]);
      }
      UNROLL for (int i = 0; i < rows; i++) {
        V s = splat(*a[i]++);
        STEPS(a[i]);
        UNROLL for (int j = 0; j < cols; j++) sums[i][j] = FMA(s, v[j], sums[i][j]);
      }
      b += ldb;
      STEPS(b);
    } while (b != end);
  }
}

// sums[i][j] += sum over p of a[p * lda + i] * b[p * ldb][j]: outer products along n pixels.
INLINE void tile_outer(const int rows, const int cols, const float *a, int lda, const float *b,
                       int ldb, int n, V sums[][COLS]) {
  if (n <= 0) return;
  const float *const end = b + (size_t)n * ldb;
  ROLLED do {
    V v[COLS];
    UNROLL for (int j = 0; j < cols; j++) v[j] = load(b + j * VW);
    UNROLL for (int i = 0; i < rows; i++) {
      V s = splat(a[i]);
      UNROLL for (int j = 0; j < cols; j++) sums[i][j] = FMA(s, v[j], sums[i][j]);
    }
    a += lda;
    b += ldb;
    STEPS(a);
    STEPS(b);
  } while (b != end);
}

INLINE void clear_sums(const int rows, const int cols, V sums[][COLS]) {
  UNROLL for (int i = 0; i < rows; i++) UNROLL for (int j = 0; j < cols; j++) sums[i][j] = zero();
}

// The rare end of a tile, off the common path.
static __attribute__((noinline)) void finish_rest(int cols, const float *sums, const float *bias, float *out, int rows,
                                                  int N, int n, int act) {
  for (int i = 0; i < rows; i++)
    for (int j = 0; j < cols; j++, sums += VW) {
      V v = load(sums);
      if (bias) v += load(bias + n + j * VW);
      store_part(out + (size_t)i * N + n + j * VW, activate(act, v), N - n - j * VW);
    }
}
// The end of a tile: bias, activation, and to where the outputs lie.
INLINE void finish_tile(const int cols, V sums[][COLS], const float *bias, float *out, int rows, int N, int n, int act) {
  if (rows == ROWS && n + cols * VW <= N && act <= RELU) {
    // The common end, without a branch a vector.
    const VI gate = splat_int(act == RELU ? -1 : 0);
    UNROLL for (int j = 0; j < cols; j++) {
      const V add = bias ? load(bias + n + j * VW) : zero();
      UNROLL for (int i = 0; i < ROWS; i++) {
        const V v = sums[i][j] + add;
        store(out + (size_t)i * N + n + j * VW, keep(~((v < 0) & gate), v));
      }
    }
    return;
  }
  float rest[ROWS * COLS * VW];
  UNROLL for (int i = 0; i < ROWS; i++) UNROLL for (int j = 0; j < cols; j++) store(rest + (i * cols + j) * VW, sums[i][j]);
  finish_rest(cols, rest, bias, out, rows, N, n, act);
}

// A sum that rests in memory between parts of its work, `left` floats before the end of its row. A vector
// that reaches past it starts from zero and is added at the end, lane by lane.
INLINE V resume_sum(const float *at, int left, int first) { return !first && left >= VW ? load(at) : zero(); }
static __attribute__((noinline)) void add_lanes(float *p, const float *v, int n, int first) {
  ROLLED for (int i = 0; i < n; i++) p[i] = (first ? 0 : p[i]) + v[i];
}
INLINE void rest_sum(float *at, V sum, int left, int first) {
  if (left >= VW) {
    store(at, sum);
  } else {
    float lane[VW];
    store(lane, sum);
    add_lanes(at, lane, left, first);
  }
}
// The same for the tile's rows [0, rows) at column n of N.
INLINE void resume_sums(const int rows, const int cols, const float *at, int N, int n, int first, V sums[][COLS]) {
  UNROLL for (int i = 0; i < rows; i++)
    UNROLL for (int j = 0; j < cols; j++) sums[i][j] = resume_sum(at + (size_t)i * N + n + j * VW, N - n - j * VW, first);
}
INLINE void rest_sums(const int rows, const int cols, float *at, int N, int n, int first, V sums[][COLS]) {
  UNROLL for (int i = 0; i < rows; i++)
    UNROLL for (int j = 0; j < cols; j++) rest_sum(at + (size_t)i * N + n + j * VW, sums[i][j], N - n - j * VW, first);
}

// For each number of columns a function of its own, ALONE, and within EACH_COLUMN_BLOCK the one for `cols`.
#define COLUMN_COUNTS(CASE) CASE(all, COLS) CASE(two, COLS > 2 ? 2 : 1) CASE(one, 1)
#define FOR_COLUMNS(function) (cols == COLS ? function##_all : cols == 1 ? function##_one : function##_two)

// Runs the last argument with `cols` a constant for each block of columns [n, n + cols * VW) of N.
#define EACH_COLUMN_BLOCK(n, N, ...)                                                               \
  for (int n = 0; n < (N);) {                                                                      \
    const int left_ = ceil_div((N)-n, VW);                                                         \
    if (left_ >= COLS) { enum { cols = COLS }; __VA_ARGS__; n += COLS * VW; }                      \
    else if (COLS > 2 && left_ >= 2) { enum { cols = COLS > 2 ? 2 : 1 }; __VA_ARGS__; n += 2 * VW; } \
    else { enum { cols = 1 }; __VA_ARGS__; n += VW; }                                              \
  }
#endif
