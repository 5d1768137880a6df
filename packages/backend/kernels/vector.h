// The one place that knows how wide a vector is. A kernel is written once over these types and
// helpers; VECTOR_BITS maps them to 128 bits (WebAssembly, SSE, NEON), 256 (AVX2) or 512 (AVX-512).
// Tile sizes stand beside the register budget they were chosen for: sums + operands + one splat.
// Loads may run up to VW - 1 floats past a tensor (every arena block ends in slack, and the lanes
// beyond the last channel are never stored); stores never do.
#ifndef CNNKIT_VECTOR_H
#define CNNKIT_VECTOR_H
#include <stddef.h>
#include <stdint.h>

#ifndef VECTOR_BITS
#define VECTOR_BITS 128
#endif
#if VECTOR_BITS > 128
#include <immintrin.h>
#elif defined(__aarch64__)
#include <arm_neon.h>
#endif
#define VW (VECTOR_BITS / 32)

// ROWS x COLS: a tile of rows against vectors of columns. OUTER: rows of an outer-product tile.
#if VECTOR_BITS == 512 // 32 registers: 24 sums + 4 operands + 1
#define ROWS 6
#define COLS 4
#define OUTER 4
#elif VECTOR_BITS == 256 // 16 registers: 12 sums + 2 + 1
#define ROWS 6
#define COLS 2
#define OUTER 4
#elif defined(__aarch64__) // 32 registers: 24 sums + 4 + 2
// llvm-mca 14 has 4 x 2 -> 6 x 4 at so many FMA a cycle: Apple M1 1.1 -> 2.0, Exynos M5 1.3 -> 3.0,
// A64FX 0.9 -> 2.0, TSV110 1.1 -> 1.6, Cortex-A57 0.8 -> 0.9. Not measured on a machine yet.
#define ROWS 6
#define COLS 4
#define OUTER 4
#else // 16 registers, and V8 of Node 20 spills anything larger: 8 sums + 2 + 1
#define ROWS 4
#define COLS 2
#define OUTER 4
#endif

typedef float V __attribute__((vector_size(VECTOR_BITS / 8), aligned(4), may_alias));
typedef int32_t VI __attribute__((vector_size(VECTOR_BITS / 8), aligned(4), may_alias));
// For int32 arithmetic, which wraps as | 0 does: overflow of VI is undefined.
typedef uint32_t VU __attribute__((vector_size(VECTOR_BITS / 8), aligned(4), may_alias));
typedef int8_t VB __attribute__((vector_size(VW), aligned(1), may_alias));

#define INLINE static inline __attribute__((always_inline))
// A way of its own: an engine that compiles functions when they first run compiles no other ways with it.
#define ALONE static __attribute__((noinline))
#define SMALL static __attribute__((cold, noinline)) // seldom run: kept short rather than fast
#if defined(__clang__)
#define UNROLL _Pragma("clang loop unroll(full)")
#define ROLLED _Pragma("clang loop unroll(disable)")
#else
#define UNROLL _Pragma("GCC unroll 32")
#define ROLLED _Pragma("GCC unroll 1")
#endif

#if defined(__wasm_relaxed_simd__)
#define FMA(a, b, c) __builtin_wasm_relaxed_madd_f32x4(a, b, c)
#else
#define FMA(a, b, c) ((a) * (b) + (c))
#endif

// Asks for the line of memory at p, which is read soon, to come into L2, or which is written soon, into L1; p need not
// exist. WebAssembly cannot.
#if defined(__wasm__)
#define PREFETCH(p) (void)(p)
#define PREFETCH_TO_WRITE(p) (void)(p)
#else
#define PREFETCH(p) __builtin_prefetch(p, 0, 2)
#define PREFETCH_TO_WRITE(p) __builtin_prefetch(p, 1, 3)
#endif

INLINE V load(const float *p) { return *(const V *)p; }
INLINE void store(float *p, V v) { *(V *)p = v; }
INLINE V splat(float s) { return s - (V){}; }
INLINE VI splat_int(int32_t s) { return s - (VI){}; }
INLINE V zero(void) { return (V){}; }
#if defined(__wasm_simd128__)
// The compiler must not see through this: with relaxed SIMD on, clang 22 turns "a > b ? a : b" into
// relaxed_max, which is free to give either operand where one is NaN.
INLINE VI pick_int(VI mask, VI yes, VI no) { return __builtin_wasm_bitselect(yes, no, mask); }
#else
INLINE VI pick_int(VI mask, VI yes, VI no) { return (mask & yes) | (~mask & no); }
#endif
INLINE V pick(VI mask, V yes, V no) { return (V)pick_int(mask, (VI)yes, (VI)no); }
// Whether any lane of a mask is set.
INLINE int some(VI mask) {
#if defined(__wasm_simd128__)
  return __builtin_wasm_any_true_v128((__attribute__((vector_size(16))) signed char)mask);
#elif defined(__x86_64__) && VECTOR_BITS == 512
  return __builtin_ia32_cvtd2mask512(mask) != 0;
#elif defined(__x86_64__) && VECTOR_BITS == 256
  return __builtin_ia32_movmskps256((V)mask) != 0;
#elif defined(__x86_64__)
  return __builtin_ia32_movmskps((V)mask) != 0;
#else
  const uint64_t __attribute__((vector_size(16), may_alias)) halves = (uint64_t __attribute__((vector_size(16))))mask;
  return (halves[0] | halves[1]) != 0;
#endif
}
// The sign bits of the lanes, the i-th one's at bit i.
INLINE uint32_t signs_of(VI v) {
#if defined(__wasm_simd128__)
  return (uint32_t)__builtin_wasm_bitmask_i32x4(v);
#elif defined(__x86_64__) && VECTOR_BITS == 512
  return (uint32_t)__builtin_ia32_cvtd2mask512(v);
#elif defined(__x86_64__) && VECTOR_BITS == 256
  return (uint32_t)__builtin_ia32_movmskps256((V)v);
#elif defined(__x86_64__)
  return (uint32_t)__builtin_ia32_movmskps((V)v);
#else
  return vaddvq_u32((uint32x4_t)(v < 0) & (uint32x4_t){1, 2, 4, 8});
#endif
}
INLINE V keep(VI mask, V v) { return (V)(mask & (VI)v); }
// Here and below: where gcc takes a vector apart lane by lane, it is told the instruction.
#if VECTOR_BITS == 512
INLINE VI load_bytes(const int8_t *p) { return (VI)_mm512_cvtepi8_epi32(_mm_loadu_si128((const __m128i *)p)); }
#elif VECTOR_BITS == 256
INLINE VI load_bytes(const int8_t *p) { return (VI)_mm256_cvtepi8_epi32(_mm_loadl_epi64((const __m128i *)p)); }
#else
INLINE VI load_bytes(const int8_t *p) { return __builtin_convertvector(*(const VB *)p, VI); }
#endif

// Four floats, as often as they fit; and of such four, in each lane the one that its number (0 to 3) asks for, where
// the numbers have gone through `numbered`.
#if VECTOR_BITS == 512
INLINE V load_four(const float *p) { return (V)_mm512_broadcast_f32x4(_mm_loadu_ps(p)); }
INLINE VI numbered(VI which) { return which; }
INLINE V one_of_four(V four, VI which) { return (V)_mm512_permutevar_ps((__m512)four, (__m512i)which); }
#elif VECTOR_BITS == 256
INLINE V load_four(const float *p) {
  const __m128 four = _mm_loadu_ps(p);
  return (V)_mm256_set_m128(four, four);
}
INLINE VI numbered(VI which) { return which; }
INLINE V one_of_four(V four, VI which) { return (V)_mm256_permutevar_ps((__m256)four, (__m256i)which); }
#else
INLINE V load_four(const float *p) { return load(p); }
#if defined(__wasm_simd128__) || defined(__aarch64__)
typedef int8_t Bytes __attribute__((vector_size(16)));
INLINE VI numbered(VI which) { return which * 0x04040404 + 0x03020100; } // of bytes
#if defined(__wasm_relaxed_simd__)
INLINE V one_of_four(V four, VI which) { return (V)__builtin_wasm_relaxed_swizzle_i8x16((Bytes)four, (Bytes)which); }
#elif defined(__wasm_simd128__)
INLINE V one_of_four(V four, VI which) { return (V)__builtin_wasm_swizzle_i8x16((Bytes)four, (Bytes)which); }
#else
INLINE V one_of_four(V four, VI which) { return (V)vqtbl1q_u8((uint8x16_t)four, (uint8x16_t)which); }
#endif
#else
INLINE VI numbered(VI which) { return which; }
INLINE V one_of_four(V four, VI which) {
  const V low = pick(which == 0, splat(four[0]), splat(four[1])), high = pick(which == 2, splat(four[2]), splat(four[3]));
  return pick(which < 2, low, high);
}
#endif
#endif

// Stores the first n lanes (all of them if n >= VW). The rare end of a row is a call, since every kernel
// has many of them.
static __attribute__((noinline)) void store_lanes(float *p, const float *v, int n) {
  ROLLED for (int i = 0; i < n; i++) p[i] = v[i];
}
INLINE void store_part(float *p, V v, int n) {
  if (n >= VW) {
    store(p, v);
  } else {
    float lane[VW];
    store(lane, v);
    store_lanes(p, lane, n);
  }
}
INLINE void store_bytes(int8_t *p, VI v, int n) {
  if (n < VW) {
    for (int i = 0; i < n; i++) p[i] = (int8_t)v[i];
    return;
  }
#if VECTOR_BITS == 256
  const __m256i each = _mm256_set1_epi32(0x0c080400), halves = _mm256_set_epi32(0, 0, 0, 0, 0, 0, 4, 0);
  const __m256i four = _mm256_permutevar8x32_epi32(_mm256_shuffle_epi8((__m256i)v, each), halves);
  _mm_storel_epi64((__m128i *)p, _mm256_castsi256_si128(four));
#else
  *(VB *)p = __builtin_convertvector(v, VB);
#endif
}

INLINE VI lanes(void) {
  VI v = {};
  for (int i = 0; i < VW; i++) v[i] = i;
  return v;
}
INLINE float sum_lanes(V v) {
  float s = 0;
  for (int i = 0; i < VW; i++) s += v[i];
  return s;
}

#if defined(__clang__)
INLINE V v_floor(V v) { return __builtin_elementwise_floor(v); }
INLINE V v_ceil(V v) { return __builtin_elementwise_ceil(v); }
// Not roundeven, which is the same here: where it is a call, neither musl nor macOS has it.
INLINE V v_round(V v) { return __builtin_elementwise_rint(v); }
INLINE V v_sqrt(V v) { return __builtin_elementwise_sqrt(v); }
INLINE V v_trunc(V v) { return __builtin_elementwise_trunc(v); }
#else
#if defined(__x86_64__) && VECTOR_BITS == 512
#define ROUNDED(v, how) (V)_mm512_roundscale_ps((__m512)(v), (how) | _MM_FROUND_NO_EXC)
INLINE V v_sqrt(V v) { return (V)_mm512_sqrt_ps((__m512)v); }
#elif defined(__x86_64__) && VECTOR_BITS == 256
#define ROUNDED(v, how) (V)_mm256_round_ps((__m256)(v), (how) | _MM_FROUND_NO_EXC)
INLINE V v_sqrt(V v) { return (V)_mm256_sqrt_ps((__m256)v); }
#else
#define EACH_LANE(f) do { for (int i = 0; i < VW; i++) v[i] = f(v[i]); return v; } while (0)
INLINE V v_sqrt(V v) { EACH_LANE(__builtin_sqrtf); }
#endif
#if defined(ROUNDED)
INLINE V v_floor(V v) { return ROUNDED(v, _MM_FROUND_TO_NEG_INF); }
INLINE V v_ceil(V v) { return ROUNDED(v, _MM_FROUND_TO_POS_INF); }
INLINE V v_round(V v) { return ROUNDED(v, _MM_FROUND_TO_NEAREST_INT); }
INLINE V v_trunc(V v) { return ROUNDED(v, _MM_FROUND_TO_ZERO); }
#else
INLINE V v_floor(V v) { EACH_LANE(__builtin_floorf); }
INLINE V v_ceil(V v) { EACH_LANE(__builtin_ceilf); }
INLINE V v_round(V v) { EACH_LANE(__builtin_rintf); }
INLINE V v_trunc(V v) { EACH_LANE(__builtin_truncf); }
#endif
#endif
INLINE V v_abs(V v) { return (V)((VI)v & 0x7fffffff); }
// NaN in, NaN out, as Math.max and Math.min have it.
INLINE V v_max(V a, V b) { return pick((a > b) | (a != a), a, b); }
INLINE V v_min(V a, V b) { return pick((a < b) | (a != a), a, b); }
// The larger of two of which none is NaN; of zeros either.
#if defined(__wasm_simd128__)
INLINE V v_larger(V a, V b) { return (V)__builtin_wasm_pmax_f32x4(a, b); }
#elif VECTOR_BITS == 512
INLINE V v_larger(V a, V b) { return (V)_mm512_max_ps((__m512)a, (__m512)b); }
#elif VECTOR_BITS == 256
INLINE V v_larger(V a, V b) { return (V)_mm256_max_ps((__m256)a, (__m256)b); }
#elif defined(__aarch64__)
INLINE V v_larger(V a, V b) { return (V)vmaxq_f32((float32x4_t)a, (float32x4_t)b); }
#else
INLINE V v_larger(V a, V b) { return pick(a > b, a, b); }
#endif
INLINE V v_relu(V v) { return pick(v < 0, zero(), v); }
#endif
