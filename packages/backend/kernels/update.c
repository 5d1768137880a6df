// update: one optimizer step for all variables, which stand in a table in memory: new weights and new
// slot values from weights, gradients and slots. Each result may be its own operand (an update in place);
// of two variables none may be the other's operand.
// Chunks: shares of the units of 1,024 elements that all variables have together, so that ten small ones
// do not cost ten commands. Memory-bound: three to seven streams. Each element's formula stands below as
// @cnnkit/training writes it, or tfjs (S_TF_...), whose bias corrections are tensors: up to two scalars
// in memory stand before the other numbers. The rest come ready-made, in float32. An average of weights is
// a step too, in which weights stand for gradients.
#include "task.h"

enum UpdateOp {
  S_SGD, S_MOMENTUM, S_NESTEROV, S_ADAM, S_AMSGRAD, S_NADAM, S_ADAMAX, S_RMSPROP, S_RMSPROP_MOMENTUM,
  S_RMSPROP_CENTERED, S_RMSPROP_CENTERED_MOMENTUM, S_ADAGRAD, S_ADADELTA, S_LION, S_TF_ADAM, S_TF_ADAMAX,
  S_TF_ADADELTA, S_AVERAGE, S_COUNT };

typedef struct Step { V w, a, b, c; } Step; // weights and up to three slots

INLINE Step step_of(const int op, V w, V g, V a, V b, V c, const float *p, const float *more) {
  const V p0 = splat(p[0]), p1 = splat(p[1]), p2 = splat(p[2]), p3 = splat(p[3]);
  switch (op) {
    case S_SGD: // learningRate
      w -= p0 * g;
      break;
    case S_MOMENTUM: // momentum, -learningRate, 1, or of tfjs momentum, 1, -learningRate
      a = p0 * a + p1 * g;
      w += p2 * a;
      break;
    case S_NESTEROV: // the same numbers
      a = p0 * a + p1 * g;
      w += p2 * (p0 * a + p1 * g);
      break;
    case S_ADAM: // alpha, 1 - beta1, 1 - beta2, epsilon
      a += (g - a) * p1;
      b += (g * g - b) * p2;
      w -= p0 * a / (v_sqrt(b) + p3);
      break;
    case S_AMSGRAD: // as S_ADAM; the third slot is the largest second moment so far
      a += (g - a) * p1;
      b += (g * g - b) * p2;
      c = v_max(c, b);
      w -= p0 * a / (v_sqrt(c) + p3);
      break;
    case S_NADAM: // learningRate, 1 - beta1, 1 - beta2, epsilon, mScale, gScale, vScale
      a += (g - a) * p1;
      b += (g * g - b) * p2;
      w -= p0 * (a * splat(p[4]) + g * splat(p[5])) / (v_sqrt(b * splat(p[6])) + p3);
      break;
    case S_ADAMAX: // alpha, 1 - beta1, beta2, epsilon
      a += (g - a) * p1;
      b = v_max(p2 * b, v_abs(g));
      w -= p0 * a / (b + p3);
      break;
    case S_RMSPROP: // learningRate, rho, 1 - rho, epsilon
      a = p1 * a + p2 * (g * g);
      w -= p0 * g / v_sqrt(a + p3);
      break;
    case S_RMSPROP_MOMENTUM: // rho, 1 - rho, momentum, learningRate, epsilon
      a = a * p0 + g * g * p1;
      b = b * p2 + g * p3 / v_sqrt(a + splat(p[4]));
      w -= b;
      break;
    case S_RMSPROP_CENTERED: // learningRate, rho, 1 - rho, epsilon; the second slot is the mean gradient
      a = p1 * a + p2 * (g * g);
      b = p1 * b + p2 * g;
      w -= p0 * g / v_sqrt(a - b * b + p3);
      break;
    case S_RMSPROP_CENTERED_MOMENTUM: // as with momentum; 0 for epsilon and epsilon, or of tfjs epsilon and 0
      a = a * p0 + g * g * p1;
      c = c * p0 + g * p1;
      b = b * p2 + g * p3 / v_sqrt(a - (c * c + splat(p[4])) + splat(p[5]));
      w -= b;
      break;
    case S_ADAGRAD: // -learningRate, epsilon, 1, or of tfjs 1, epsilon, -learningRate
      a += g * g;
      w += p0 * g / v_sqrt(a + p1) * p2;
      break;
    case S_ADADELTA: { // learningRate, rho, 1 - rho, epsilon
      a = p1 * a + p2 * (g * g);
      const V d = -g * v_sqrt(b + p3) / v_sqrt(a + p3);
      b = p1 * b + p2 * (d * d);
      w += p0 * d;
      break;
    }
    case S_LION: { // learningRate, beta1, 1 - beta1, beta2, 1 - beta2
      const V c = p1 * a + p2 * g;
      w -= p0 * unary(U_SIGN, c, c, c);
      a = p3 * a + splat(p[4]) * g;
      break;
    }
    case S_TF_ADAM: { // beta1, 1 - beta1, beta2, 1 - beta2, -learningRate, epsilon; beta1^t, beta2^t
      a = a * p0 + g * p1;
      b = b * p2 + g * g * p3;
      const V m = a / (1.0f - splat(more[0])), v = b / (1.0f - splat(more[1]));
      w += m / (v_sqrt(v) + splat(p[5])) * splat(p[4]);
      break;
    }
    case S_TF_ADAMAX: // beta1, 1 - beta1, beta2, epsilon; beta1^t, -learningRate decayed
      a = a * p0 + g * p1;
      b = v_max(b * p2, v_abs(g));
      w += splat(more[1]) / (1.0f - splat(more[0])) * (a / (b + p3));
      break;
    case S_TF_ADADELTA: { // rho, 1 - rho, -learningRate, epsilon
      const V d = v_sqrt(b + p3) / v_sqrt(a + p3) * g;
      a = a * p0 + g * g * p1;
      b = b * p0 + d * d * p1;
      w += d * p2;
      break;
    }
    case S_AVERAGE: // momentum, 1 - momentum
      w = p0 * w + p1 * g;
      break;
  }
  return (Step){w, a, b, c};
}

// Zero for what is below the smallest normal number, as TensorFlow has it, whose threads flush such numbers. The moments of
// a weight without gradients decay into them within a thousand steps, and a division by or of them takes several times
// as long: an update by Adam more than twice. Weights themselves are never flushed, and not Lion's mean, whose sign counts.
INLINE V flushed(const int op, V v) { return op == S_LION ? v : keep(~(v_abs(v) < splat(0x1p-126f)), v); }

// A row of the table: where a variable's weights, gradient and slots are, and where their new values go.
typedef struct Row {
  uint32_t w, g, slot[3], to_w, to_slot[3];
  int32_t n, end; // elements, and units up to and with these
} Row;

INLINE void update_loop(const int op, const Task *task) {
  const int two = op == S_ADAM || op == S_NADAM || op == S_ADAMAX || op == S_RMSPROP_MOMENTUM ||
                  op == S_RMSPROP_CENTERED || op == S_ADADELTA || op == S_TF_ADAM || op == S_TF_ADAMAX ||
                  op == S_TF_ADADELTA;
  const int three = op == S_AMSGRAD || op == S_RMSPROP_CENTERED_MOMENTUM;
  const int slots = op == S_SGD || op == S_AVERAGE ? 0 : three ? 3 : two ? 2 : 1;
  const float *p = &FLOAT(5), more[2] = {INT(3) ? *FLOATS(3) : 0, INT(4) ? *FLOATS(4) : 0};
  int lo, hi;
  share(task, INT(1), &lo, &hi);
#define AT(offset) ((float *)(task->base + (offset)))
  for (const Row *row = (const Row *)INTS(0); lo < hi; row++) {
    if (row->end <= lo) continue;
    const float *w = AT(row->w), *g = AT(row->g), *a = AT(row->slot[0]), *b = AT(row->slot[1]), *c = AT(row->slot[2]);
    float *to_w = AT(row->to_w), *to_a = AT(row->to_slot[0]), *to_b = AT(row->to_slot[1]), *to_c = AT(row->to_slot[2]);
    const int before = row->end - ceil_div(row->n, 1024), stop = min_int(hi, row->end);
    const int end = min_int((stop - before) * 1024, row->n);
    for (int i = (lo - before) * 1024; i < end; i += VW) {
      const Step s = step_of(op, load(w + i), load(g + i), slots > 0 ? load(a + i) : zero(),
                             slots > 1 ? load(b + i) : zero(), slots > 2 ? load(c + i) : zero(), p, more);
      store_part(to_w + i, s.w, end - i);
      if (slots > 0) store_part(to_a + i, flushed(op, s.a), end - i);
      if (slots > 1) store_part(to_b + i, flushed(op, s.b), end - i);
      if (slots > 2) store_part(to_c + i, flushed(op, s.c), end - i);
    }
    lo = stop;
  }
#undef AT
}

// A function an operation, as in unary.c.
#define UPDATE_OPS(CASE)                                                                              \
  CASE(S_SGD) CASE(S_MOMENTUM) CASE(S_NESTEROV) CASE(S_ADAM) CASE(S_AMSGRAD) CASE(S_NADAM)            \
  CASE(S_ADAMAX) CASE(S_RMSPROP) CASE(S_RMSPROP_MOMENTUM) CASE(S_RMSPROP_CENTERED)                    \
  CASE(S_RMSPROP_CENTERED_MOMENTUM) CASE(S_ADAGRAD) CASE(S_ADADELTA) CASE(S_LION) CASE(S_TF_ADAM)     \
  CASE(S_TF_ADAMAX) CASE(S_TF_ADADELTA) CASE(S_AVERAGE)
#define CASE(op) static void update_##op(const Task *task) { update_loop(op, task); }
UPDATE_OPS(CASE)
#undef CASE

static void k_update(const Task *task) {
#define CASE(op) [op] = update_##op,
  static void (*const UPDATE[])(const Task *) = {UPDATE_OPS(CASE)};
#undef CASE
  UPDATE[INT(2)](task);
}
