// The WebAssembly platform under the ring: base 0, waiting by memory.atomic.wait32, JavaScript's clock.
#include "kernels.c"

#define EXPORT(name) __attribute__((export_name(name)))
__attribute__((import_module("env"), import_name("now"))) double now(void);
static double clock_ms(void) { return now(); }
static void relax(void) {} // WebAssembly has no such instruction yet

#if defined(__wasm_atomics__)
static void wait_on(uint32_t *word, uint32_t value, int64_t ns) {
  __builtin_wasm_memory_atomic_wait32((int *)word, (int)value, ns);
}
static void notify(uint32_t *word) { __builtin_wasm_memory_atomic_notify((int *)word, ~0u); }
#else
static void wait_on(uint32_t *word, uint32_t value, int64_t ns) { (void)word, (void)value, (void)ns; }
static void notify(uint32_t *word) { (void)word; }
#endif

static Ring ring_of(int thread, int may_wait) {
  return (Ring){.base = (char *)0, .control = (Control *)CONTROL, .kernels = KERNELS, .thread = thread, .may_wait = may_wait};
}
EXPORT("drain") int drain_ring(int may_wait) {
  Ring ring = ring_of(0, may_wait);
  ring.patience = 500; // a second
  return drain(&ring);
}
EXPORT("work") void work_ring(int thread) {
  const Ring ring = ring_of(thread, 1);
  work(&ring);
}
EXPORT("controlBytes") int control_bytes(void) { return sizeof(Control); }
EXPORT("peak") float peak(int turns) { return peak_rate(turns); }
