// binary: out[i] = f(a[i], b[i]) with broadcasting. The sender folds the shapes into at most three
// outer dimensions and an inner row; an operand steps by 0 or 1 along the row.
// Chunks: shares of the rows, or of the row where there is only one. out may be an operand that is
// not broadcast. Memory-bound.
// Comparisons give 0 or 1; the integer forms are for int32 tensors (wrapping, as | 0 does).
#include "trigonometry.h"

enum BinaryOp {
  B_ADD, B_SUB, B_MUL, B_DIV, B_MAX, B_MIN, B_SQUARED_DIFFERENCE, B_STEP_GRAD, B_EQUAL, B_NOT_EQUAL,
  B_LESS, B_LESS_EQUAL, B_GREATER, B_GREATER_EQUAL, B_AND, B_OR, B_PRELU,
  B_INT_ADD, B_INT_SUB, B_INT_MUL, B_INT_EQUAL, B_INT_NOT_EQUAL, B_INT_LESS, B_INT_LESS_EQUAL,
  B_INT_GREATER, B_INT_GREATER_EQUAL, B_POW, B_MOD, B_ELU_GRAD, B_INT_MAX, B_INT_MIN, B_INT_FLOOR_DIV,
  B_INT_MOD, B_ATAN2, B_INT_SQUARED_DIFFERENCE, B_COUNT
};

// Lane by lane; the powers that matter (2 and 3) the sender makes of products.
INLINE V v_pow(V a, V b) {
  ROLLED for (int i = 0; i < VW; i++) a[i] = power(a[i], b[i]);
  return a;
}
INLINE V v_atan2(V a, V b) {
  ROLLED for (int i = 0; i < VW; i++) a[i] = atan2_of(a[i], b[i]);
  return a;
}
// The remainder with the divisor's sign, as tfjs makes it of JavaScript's %.
INLINE V v_mod(V a, V b) {
  ROLLED for (int i = 0; i < VW; i++) {
    const float r = remainder_of(a[i], b[i]);
    const int alike = (a[i] < 0 && b[i] < 0) || (a[i] >= 0 && b[i] >= 0);
    a[i] = alike ? r : remainder_of(r + b[i], b[i]);
  }
  return a;
}
// floor(a / b), 0 where b is 0 (what JavaScript makes of an infinite int32).
INLINE VI floor_div(VI a, VI b) {
  const VI odd = (b == 0) | (b == -1), d = pick_int(odd, splat_int(1), b);
  const VI q = a / d, r = a - q * d;
  return pick_int(b == 0, splat_int(0), pick_int(b == -1, (VI)-(VU)a, q + ((r != 0) & ((r ^ d) < 0))));
}

INLINE V binary(const int op, V a, V b) {
  switch (op) {
    case B_ADD: return a + b;
    case B_SUB: return a - b;
    case B_MUL: return a * b;
    case B_DIV: return a / b;
    case B_MAX: return v_max(a, b);
    case B_MIN: return v_min(a, b);
    case B_SQUARED_DIFFERENCE: return (a - b) * (a - b);
    case B_STEP_GRAD: return a * pick(b > 0, splat(1), pick(b != b, b, zero())); // a * step(b)
    case B_EQUAL: return truth(a == b);
    case B_NOT_EQUAL: return truth(a != b);
    case B_LESS: return truth(a < b);
    case B_LESS_EQUAL: return truth(a <= b);
    case B_GREATER: return truth(a > b);
    case B_GREATER_EQUAL: return truth(a >= b);
    case B_AND: return truth((a != 0) & (b != 0));
    case B_OR: return truth((a != 0) | (b != 0));
    case B_PRELU: return pick(a < 0, a * b, a);
    case B_INT_ADD: return (V)((VU)a + (VU)b);
    case B_INT_SUB: return (V)((VU)a - (VU)b);
    case B_INT_MUL: return (V)((VU)a * (VU)b);
    case B_INT_EQUAL: return truth((VI)a == (VI)b);
    case B_INT_NOT_EQUAL: return truth((VI)a != (VI)b);
    case B_INT_LESS: return truth((VI)a < (VI)b);
    case B_INT_LESS_EQUAL: return truth((VI)a <= (VI)b);
    case B_INT_GREATER: return truth((VI)a > (VI)b);
    case B_INT_GREATER_EQUAL: return truth((VI)a >= (VI)b);
    case B_POW: return v_pow(a, b);
    case B_MOD: return v_mod(a, b);
    case B_ELU_GRAD: return pick(b >= 0, a, a * (b + 1.0f)); // a * elu'(x), told from b = elu(x)
    case B_INT_MAX: return (V)pick_int((VI)a > (VI)b, (VI)a, (VI)b);
    case B_INT_MIN: return (V)pick_int((VI)a < (VI)b, (VI)a, (VI)b);
    case B_INT_FLOOR_DIV: return (V)floor_div((VI)a, (VI)b);
    case B_INT_MOD: return (V)pick_int((VI)b == 0, splat_int(0), (VI)((VU)a - (VU)floor_div((VI)a, (VI)b) * (VU)b));
    case B_ATAN2: return v_atan2(a, b);
    case B_INT_SQUARED_DIFFERENCE: return (V)(((VU)a - (VU)b) * ((VU)a - (VU)b));
    default: return a;
  }
}

// out[0..n) from two rows as they lie: one short loop an operation, and everything else once for all.
typedef void BinaryRun(const float *a, const float *b, float *out, int n);
#define BINARY_OPS(CASE)                                                                             \
  CASE(B_ADD) CASE(B_SUB) CASE(B_MUL) CASE(B_DIV) CASE(B_MAX) CASE(B_MIN) CASE(B_SQUARED_DIFFERENCE) \
  CASE(B_STEP_GRAD) CASE(B_EQUAL) CASE(B_NOT_EQUAL) CASE(B_LESS) CASE(B_LESS_EQUAL) CASE(B_GREATER)  \
  CASE(B_GREATER_EQUAL) CASE(B_AND) CASE(B_OR) CASE(B_PRELU) CASE(B_INT_ADD) CASE(B_INT_SUB)         \
  CASE(B_INT_MUL) CASE(B_INT_EQUAL) CASE(B_INT_NOT_EQUAL) CASE(B_INT_LESS) CASE(B_INT_LESS_EQUAL)    \
  CASE(B_INT_GREATER) CASE(B_INT_GREATER_EQUAL) CASE(B_POW) CASE(B_MOD) CASE(B_ELU_GRAD)             \
  CASE(B_INT_MAX) CASE(B_INT_MIN) CASE(B_INT_FLOOR_DIV) CASE(B_INT_MOD)                \
  CASE(B_ATAN2) CASE(B_INT_SQUARED_DIFFERENCE)
// gcc makes signed sums of unsigned vector ones whose results are cast, and then reports their overflow.
#if defined(__has_attribute) && __has_attribute(no_sanitize)
#define WRAPS __attribute__((no_sanitize("signed-integer-overflow")))
#else
#define WRAPS
#endif
#define CASE(op)                                                                                     \
  WRAPS static void run_##op(const float *a, const float *b, float *out, int n) {                          \
    int i = 0;                                                                                       \
    ROLLED for (; i + VW <= n; i += VW) store(out + i, binary(op, load(a + i), load(b + i)));        \
    if (i < n) store_part(out + i, binary(op, load(a + i), load(b + i)), n - i);                     \
  }
BINARY_OPS(CASE)
#undef CASE
#define CASE(op) [op] = run_##op,
static BinaryRun *const BINARY[] = {BINARY_OPS(CASE)};
#undef CASE

// An operand that does not step along the row is laid out as a short row, which stays in L1. Moved as
// bits: an int32 may look like NaN.
enum { BINARY_BLOCK = 256 };
INLINE const float *lay_out(const float *x, int n, float *row) {
  const VI v = splat_int(*(const int32_t *)x);
  for (int i = 0; i < n; i += VW) store(row + i, (V)v);
  return row;
}

INLINE void binary_row(BinaryRun *run, const float *a, int step_a, const float *b, int step_b, float *out, int n) {
  if (step_a && step_b) {
    run(a, b, out, n);
    return;
  }
  float row_a[BINARY_BLOCK], row_b[BINARY_BLOCK];
  const int length = min_int(n, BINARY_BLOCK);
  if (!step_a) a = lay_out(a, length, row_a);
  if (!step_b) b = lay_out(b, length, row_b);
  for (int i = 0; i < n; i += BINARY_BLOCK)
    run(step_a ? a + i : a, step_b ? b + i : b, out + i, min_int(BINARY_BLOCK, n - i));
}

static void k_binary(const Task *task) {
  BinaryRun *const run = BINARY[INT(3)];
  const float *a = FLOATS(0), *b = FLOATS(1);
  float *out = FLOATS(2);
  const int n = INT(4), step_a = INT(5), step_b = INT(6);
  // Outer dimensions d0, d1, d2 with the operands' strides in floats.
  const int d0 = INT(7), d1 = INT(8), d2 = INT(9);
  int lo, hi;
  if (d0 * d1 * d2 == 1) {
    share_elements(task, n, &lo, &hi);
    if (hi > lo) binary_row(run, step_a ? a + lo : a, step_a, step_b ? b + lo : b, step_b, out + lo, hi - lo);
    return;
  }
  share(task, d0 * d1 * d2, &lo, &hi);
  for (int r = lo; r < hi; r++) {
    const int i0 = r / (d1 * d2), i1 = r / d2 % d1, i2 = r % d2;
    const size_t at_a = (size_t)i0 * INT(10) + (size_t)i1 * INT(11) + (size_t)i2 * INT(12);
    const size_t at_b = (size_t)i0 * INT(13) + (size_t)i1 * INT(14) + (size_t)i2 * INT(15);
    binary_row(run, a + at_a, step_a, b + at_b, step_b, out + (size_t)r * n, n);
  }
}
