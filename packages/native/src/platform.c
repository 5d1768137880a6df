#if defined(__linux__)
#define _GNU_SOURCE
#endif
#include "platform.h"
#include <stdlib.h>

enum { STACK_BYTES = 1 << 20 }; // musl's default of 128 KiB is too near to what kernels use

typedef struct Start {
  void (*run)(void *);
  void *argument;
} Start;

#if defined(_WIN32)

void cnnkit_wait(uint32_t *word, uint32_t value, int64_t ns) {
  WaitOnAddress(word, &value, sizeof value, ns < 0 ? INFINITE : (DWORD)((ns + 999999) / 1000000));
}
void cnnkit_notify(uint32_t *word) { WakeByAddressAll(word); }

double cnnkit_clock_ms(void) {
  LARGE_INTEGER now, rate;
  QueryPerformanceCounter(&now);
  QueryPerformanceFrequency(&rate);
  return (double)now.QuadPart * 1000 / (double)rate.QuadPart;
}

static DWORD WINAPI enter(void *p) {
  const Start start = *(Start *)p;
  free(p);
  start.run(start.argument);
  return 0;
}
static int create(Thread *thread, Start *start) {
  *thread = CreateThread(NULL, STACK_BYTES, enter, start, STACK_SIZE_PARAM_IS_A_RESERVATION, NULL);
  return *thread != NULL;
}
void cnnkit_join_thread(Thread thread) {
  WaitForSingleObject(thread, INFINITE);
  CloseHandle(thread);
}

#else
#include <time.h>

double cnnkit_clock_ms(void) {
  struct timespec t;
  clock_gettime(CLOCK_MONOTONIC, &t);
  return (double)t.tv_sec * 1e3 + (double)t.tv_nsec * 1e-6;
}

static void *enter(void *p) {
  const Start start = *(Start *)p;
  free(p);
  start.run(start.argument);
  return NULL;
}
static int create(Thread *thread, Start *start) {
  pthread_attr_t attributes;
  if (pthread_attr_init(&attributes) != 0) return 0;
  const int made = pthread_attr_setstacksize(&attributes, STACK_BYTES) == 0 &&
                   pthread_create(thread, &attributes, enter, start) == 0;
  pthread_attr_destroy(&attributes);
  return made;
}
void cnnkit_join_thread(Thread thread) { pthread_join(thread, NULL); }

#if defined(__linux__)
#include <linux/futex.h>
#include <sys/syscall.h>
#include <unistd.h>

void cnnkit_wait(uint32_t *word, uint32_t value, int64_t ns) {
  const struct timespec limit = {(time_t)(ns / 1000000000), (long)(ns % 1000000000)};
  syscall(SYS_futex, word, FUTEX_WAIT_PRIVATE, value, ns < 0 ? NULL : &limit, NULL, 0);
}
void cnnkit_notify(uint32_t *word) { syscall(SYS_futex, word, FUTEX_WAKE_PRIVATE, INT32_MAX, NULL, NULL, 0); }

#else
// macOS has no public call of this kind before 14.4: one lock and one condition for all words. Threads
// sleep only when there is nothing to do, so nobody feels that a wake-up is everybody's.
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t woken = PTHREAD_COND_INITIALIZER;

void cnnkit_wait(uint32_t *word, uint32_t value, int64_t ns) {
  const struct timespec limit = {(time_t)(ns / 1000000000), (long)(ns % 1000000000)};
  pthread_mutex_lock(&lock);
  // Every writer of a word notifies under the lock, so that the word is compared and slept on as one.
  if (__atomic_load_n(word, __ATOMIC_SEQ_CST) == value) {
    if (ns < 0) pthread_cond_wait(&woken, &lock);
    else pthread_cond_timedwait_relative_np(&woken, &lock, &limit);
  }
  pthread_mutex_unlock(&lock);
}
void cnnkit_notify(uint32_t *word) {
  (void)word;
  pthread_mutex_lock(&lock);
  pthread_cond_broadcast(&woken);
  pthread_mutex_unlock(&lock);
}
#endif
#endif

int cnnkit_start_thread(Thread *thread, void (*run)(void *), void *argument) {
  Start *start = malloc(sizeof *start);
  if (start == NULL) return 0;
  *start = (Start){run, argument};
  if (create(thread, start)) return 1;
  free(start);
  return 0;
}
