// The kernels at one vector width (VECTOR_BITS), compiled once for each instruction set of a platform.
#include "kernels.c" // of @cnnkit/backend, by the include path
#include "build.h"
#include "platform.h"

static double clock_ms(void) { return cnnkit_clock_ms(); }
static void wait_on(uint32_t *word, uint32_t value, int64_t ns) { cnnkit_wait(word, value, ns); }
static void notify(uint32_t *word) { cnnkit_notify(word); }
static void relax(void) {
#if defined(__x86_64__)
  __builtin_ia32_pause();
#elif defined(__aarch64__)
  __asm__ __volatile__("isb" ::: "memory"); // a yield is no pause on most cores
#endif
}

static Ring ring_of(char *base, int thread) {
  return (Ring){.base = base, .control = (Control *)(base + CONTROL), .kernels = KERNELS, .thread = thread, .may_wait = 1};
}
static void drain_ring(char *base) {
  const Ring ring = ring_of(base, 0);
  drain(&ring);
}
static void work_ring(char *base, int thread) {
  const Ring ring = ring_of(base, thread);
  work(&ring);
}
static void stop_ring(char *base) {
  Control *c = (Control *)(base + CONTROL);
  WRITE(c->quit, 1);
  cnnkit_notify(&c->head);
}
static void wake_ring(char *base) { cnnkit_notify(&((Control *)(base + CONTROL))->head); }

#define NAME(bits) NAME_(bits)
#define NAME_(bits) cnnkit_build_##bits
const Build NAME(VECTOR_BITS) = {
    .bits = VECTOR_BITS,
#define COMMAND(name) #name " "
    .commands = CNNKIT_COMMANDS(COMMAND),
#undef COMMAND
    .least_bytes = CONTROL + sizeof(Control),
    .drain = drain_ring, .work = work_ring, .stop = stop_ring, .wake = wake_ring, .peak = peak_rate,
};
