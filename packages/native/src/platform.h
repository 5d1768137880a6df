// Threads, and sleeping on a word of memory, as the operating system has them.
#ifndef CNNKIT_PLATFORM_H
#define CNNKIT_PLATFORM_H
#include <stdint.h>

#if defined(_WIN32)
#define WIN32_LEAN_AND_MEAN
#include <windows.h>
typedef HANDLE Thread;
#else
#include <pthread.h>
typedef pthread_t Thread;
#endif

// Sleeps while *word is value, for ns nanoseconds at most (negative: for ever), or less.
void cnnkit_wait(uint32_t *word, uint32_t value, int64_t ns);
// Wakes all that sleep on the word.
void cnnkit_notify(uint32_t *word);
double cnnkit_clock_ms(void);
// Returns 0 if the system has no thread to give.
int cnnkit_start_thread(Thread *thread, void (*run)(void *), void *argument);
void cnnkit_join_thread(Thread thread);
#endif
