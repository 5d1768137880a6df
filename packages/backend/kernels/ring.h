// The ring's consumer side: threads claim chunks of the oldest unfinished command until none is left.
// Within a command even threads claim chunks from the front and odd ones from the back, so that each keeps to
// its half of the data from command to command. Commands run in order, but for those whose word says how many
// of the commands right before it may still be running, since it has nothing to do with them (src/cnnkit/schedule.ts):
// instead of waiting for another thread's last chunk, a thread goes on with such a one.
// A claim word carries the command's sequence number, so a thread that slept through a whole turn of
// the ring finds its compare-and-swap refused. Sequence numbers wrap; they are compared by signed
// difference. The platform (wasm.c here, or @cnnkit/native's addon) gives relax, wait, notify and a clock.
// A thread that dies inside a kernel says so in `failed` (or what started it does): its chunk will never
// finish, so nobody waits for it any longer.
#ifndef CNNKIT_RING_H
#define CNNKIT_RING_H
#include "layout.h"
#include "task.h"

typedef void Kernel(const Task *);

typedef struct Ring {
  char *base;
  Control *control;
  Kernel *const *kernels;
  int thread, may_wait; // may_wait: this thread may sleep (a browser's main thread may not)
  int patience;         // sleeps of 2 ms for one chunk of others before drain says so; 0: any number
} Ring;

static void relax(void); // one turn of a spin: what lets a core's other thread run
static void wait_on(uint32_t *word, uint32_t value, int64_t ns);
static void notify(uint32_t *word);
static double clock_ms(void);

#define READ(word) __atomic_load_n(&(word), __ATOMIC_SEQ_CST)
#define WRITE(word, value) __atomic_store_n(&(word), value, __ATOMIC_SEQ_CST)

static void run_chunk(const Ring *ring, const int32_t *slot, int chunk, int chunks) {
  Control *c = ring->control;
  const Task task = {
      .base = ring->base, .arg = slot + 2, .chunk = chunk, .chunks = chunks,
      .scratch = ring->base + c->scratch + (size_t)ring->thread * c->scratch_bytes,
      .scratch_bytes = c->scratch_bytes};
  const int op = slot[0] & OPCODE;
  if (!c->profiling) {
    ring->kernels[op](&task);
    return;
  }
  const double start = clock_ms();
  ring->kernels[op](&task);
  c->profile[ring->thread][op][0] += clock_ms() - start;
  c->profile[ring->thread][op][1] += 1;
}

// Says that command `sequence` is finished, and counts on over all that now are so in order. Whoever takes a
// command's mark away counts it; one that is marked meanwhile is seen by either its own thread or that one.
#define MARK(sequence) ((sequence) | 1u << 31) // no count of chunks, and no other command's mark
static void finish_command(const Ring *ring, uint32_t sequence) {
  Control *c = ring->control;
  WRITE(c->finished[sequence % SLOTS], MARK(sequence));
  for (uint32_t done = READ(c->done);; done++) {
    uint32_t mark = MARK(done);
    if (!__atomic_compare_exchange_n(&c->finished[done % SLOTS], &mark, 0, 0, __ATOMIC_SEQ_CST, __ATOMIC_SEQ_CST)) return;
    WRITE(c->done, done + 1);
    if (READ(c->waiters)) notify(&c->done);
  }
}

// Runs chunks of command `sequence` until all are claimed; whether it ran any.
static int run_command(const Ring *ring, uint32_t sequence) {
  Control *c = ring->control;
  const int s = sequence % SLOTS;
  const int32_t *slot = c->slot[s];
  int ran = 0;
  for (;;) {
    uint64_t seen = READ(c->claim[s]);
    const uint32_t chunks = (uint32_t)slot[1];
    uint32_t begin = 0, end = chunks;
    if ((uint32_t)(seen >> 32) == sequence + 1) {
      begin = seen & 0xffff;
      end = seen >> 16 & 0xffff;
      if (begin >= end) return ran;
    } else if ((int32_t)(READ(c->done) - sequence) > 0) {
      return ran; // finished, and perhaps the slot is another command's by now
    }
    const uint32_t chunk = ring->thread & 1 ? --end : begin++;
    const uint64_t next = (uint64_t)(sequence + 1) << 32 | end << 16 | begin;
    if (!__atomic_compare_exchange_n(&c->claim[s], &seen, next, 0, __ATOMIC_SEQ_CST, __ATOMIC_SEQ_CST)) continue;
    run_chunk(ring, slot, (int)chunk, (int)chunks);
    ran = 1;
    if (__atomic_add_fetch(&c->finished[s], 1, __ATOMIC_SEQ_CST) == chunks) finish_command(ring, sequence);
  }
}

// Runs the oldest command of [done, head) that has chunks left and may run; 0 if none has.
static int run_some(const Ring *ring, uint32_t done, uint32_t head) {
  for (uint32_t k = 0; done + k != head; k++) {
    // Its word is read before `done` is again: were the slot another command's by now, done would be past it.
    const uint32_t ahead = (uint32_t)READ(ring->control->slot[(done + k) % SLOTS][0]) >> AHEAD_SHIFT;
    if (ahead < k || READ(ring->control->done) != done) return 0;
    if (run_command(ring, done + k)) return 1;
  }
  return 0;
}

// Helps until every command sent so far is finished; 0 if a dead thread keeps it from that, 2 if its
// patience is at an end: a thread that was killed tells nobody, so the caller looks whether all live.
static int drain(const Ring *ring) {
  Control *c = ring->control;
  const uint32_t head = READ(c->head);
  for (;;) {
    const uint32_t done = READ(c->done);
    if ((int32_t)(done - head) >= 0) return 1;
    if (run_some(ring, done, head)) continue;
    // Other threads may still be at their chunks: spin for them, then sleep, since on a machine with
    // something else to do the chunk's owner may not be running at all.
    int sleeps = 0;
    for (uint32_t spins = 0; READ(c->done) == done;) {
      if (READ(c->failed)) return 0;
      if (ring->patience && sleeps > ring->patience) return 2;
      if (++spins < c->wait_spins || !ring->may_wait) {
        relax();
        continue;
      }
      __atomic_add_fetch(&c->waiters, 1, __ATOMIC_SEQ_CST);
      if (READ(c->done) == done) wait_on(&c->done, done, 2000000);
      sleeps++;
      __atomic_sub_fetch(&c->waiters, 1, __ATOMIC_SEQ_CST);
    }
  }
}

// A worker's life: drain, spin a little for more, sleep until JavaScript sends and notifies.
static void work(const Ring *ring) {
  Control *c = ring->control;
  uint32_t spins = 0;
  while (!READ(c->quit)) {
    const uint32_t head = READ(c->head);
    if (head != READ(c->done)) {
      if (drain(ring) != 1) return;
      spins = 0;
    } else if (++spins >= c->idle_spins) {
      __atomic_add_fetch(&c->sleepers, 1, __ATOMIC_SEQ_CST);
      if (READ(c->head) == head && !READ(c->quit)) wait_on(&c->head, head, -1);
      __atomic_sub_fetch(&c->sleepers, 1, __ATOMIC_SEQ_CST);
      spins = 0;
    } else {
      relax();
    }
  }
}
#endif
