// lrn: out[p][c] = x[p][c] * norm[p][c]^-beta with norm = bias + alpha * sum of x^2 over the channels
// within `radius` of c, AlexNet's local response normalisation; and lrn-grad, its gradient.
// Chunks: shares of the pixels p; norms rest in scratch. Cost: a power a value, and 2 radius + 1
// additions; not vectorised, since nobody's network spends its time here.
#include "power.h"

// norm[c] of one pixel.
INLINE void lrn_norms(const float *x, int C, int radius, float bias, float alpha, float *norm) {
  for (int c = 0; c < C; c++) {
    float sum = 0;
    for (int k = max_int(0, c - radius); k <= min_int(C - 1, c + radius); k++) sum += x[k] * x[k];
    norm[c] = bias + alpha * sum;
  }
}

// lrn: x out P C radius bias alpha beta.
static void k_lrn(const Task *task) {
  const int P = INT(2), C = INT(3), radius = INT(4);
  const float bias = FLOAT(5), alpha = FLOAT(6), beta = FLOAT(7);
  float *norm = (float *)task->scratch;
  int lo, hi;
  share(task, P, &lo, &hi);
  for (int p = lo; p < hi; p++) {
    const float *x = FLOATS(0) + (size_t)p * C;
    float *out = FLOATS(1) + (size_t)p * C;
    lrn_norms(x, C, radius, bias, alpha, norm);
    for (int c = 0; c < C; c++) out[c] = x[c] * power(norm[c], -beta);
  }
}

// lrn-grad: x y dy dx P C radius bias alpha beta.
SMALL void k_lrn_grad(const Task *task) {
  const int P = INT(4), C = INT(5), radius = INT(6);
  const float bias = FLOAT(7), alpha = FLOAT(8), beta = FLOAT(9);
  float *norm = (float *)task->scratch, *share_of = norm + C;
  int lo, hi;
  share(task, P, &lo, &hi);
  for (int p = lo; p < hi; p++) {
    const size_t at = (size_t)p * C;
    const float *x = FLOATS(0) + at, *y = FLOATS(1) + at, *dy = FLOATS(2) + at;
    float *dx = FLOATS(3) + at;
    lrn_norms(x, C, radius, bias, alpha, norm);
    for (int c = 0; c < C; c++) share_of[c] = y[c] * dy[c] / norm[c];
    for (int c = 0; c < C; c++) {
      const float slope = 2 * alpha * beta * x[c];
      float sum = 0;
      for (int k = max_int(0, c - radius); k <= min_int(C - 1, c + radius); k++) sum += k == c ? 0 : share_of[k];
      // One product for what a value does to itself, as tfjs has it: an infinite dy makes no NaN then.
      dx[c] = dy[c] * (power(norm[c], -beta) - slope * y[c] / norm[c]) - slope * sum;
    }
  }
}
