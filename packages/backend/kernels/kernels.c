// All kernels and the table that finds them by opcode: one translation unit, so that every build
// compiles one file and the optimiser sees it whole.
#include "unary.c"
#include "binary.c"
#include "select.c"
#include "cast.c"
#include "reduce.c"
#include "softmax.c"
#include "move.c"
#include "matmul.c"
#include "matmul-tn.c"
#include "matmul-int.c"
#include "conv2d.c"
#include "conv2d-dx.c"
#include "conv2d-dw.c"
#include "conv2d-dw-narrow.c"
#include "conv2d-few.c"
#include "conv2d-dx-narrow.c"
#include "conv2d-pool.c"
#include "winograd.c"
#include "winograd-dx.c"
#include "winograd-dw.c"
#include "pooled-dx.c"
#include "pooled-dw.c"
#include "pooled-first.c"
#include "gate-sum.c"
#include "pool.c"
#include "update.c"
#include "batch-norm.c"
#include "winograd-settle.c"
#include "depthwise.c"
#include "depthwise-dw.c"
#include "resize.c"
#include "scan.c"
#include "segment-sum.c"
#include "top-k.c"
#include "gather-nd.c"
#include "crop-and-resize.c"
#include "lrn.c"
#include "keep-mask.c"
#include "opcodes.h"
#include "ring.h"

static Kernel *const KERNELS[MAX_COMMANDS] = { // those of no command are null, and trap
#define COMMAND(name) k_##name,
    CNNKIT_COMMANDS(COMMAND)
#undef COMMAND
};

// Peak multiply-add rate of one thread, for the roofline: 12 independent chains, n turns of each.
static float peak_rate(int n) {
  V a[12], s = zero();
  for (int i = 0; i < 12; i++) a[i] = splat((float)i);
  for (int r = 0; r < n; r++) {
    UNROLL for (int i = 0; i < 12; i++) a[i] = FMA(a[i], splat(1.0001f), splat(1e-9f));
  }
  for (int i = 0; i < 12; i++) s += a[i];
  return sum_lanes(s);
}
