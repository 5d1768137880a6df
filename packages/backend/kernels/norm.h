// The normalised value, as all kernels around batch normalisation take it: to the bit, so that gradients tell from
// the input where a relu was on.
#ifndef CNNKIT_NORM_H
#define CNNKIT_NORM_H
#include "vector.h"

INLINE V norm_factor(V variance, V scale, V epsilon) { return scale / v_sqrt(variance + epsilon); } // of each column
#define NORMED(x, mean, factor, offset) FMA((x) - (mean), factor, offset)
#endif
