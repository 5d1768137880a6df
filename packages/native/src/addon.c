// The N-API side: opens an engine (a thread pool over one memory that JavaScript owns), drains it,
// closes it. Every exported function checks its arguments and throws a TypeError; nothing allocates
// after `open`. Node-API version 8: one binary for every Node that has it.
#define NAPI_VERSION 8
#include "node.h"
#include "build.h"
#include "cpu.h"
#include "platform.h"
#include <stdlib.h>

enum { MAX_THREADS = 16, MOST_BUILDS = 3 };

typedef struct Engine Engine;
typedef struct Worker {
  Engine *engine;
  int thread;
} Worker;
struct Engine {
  const Build *build;
  char *base;
  napi_ref memory; // keeps the memory alive while threads work on it
  int threads;
  uint32_t running; // threads of the pool that have not ended
  Thread handle[MAX_THREADS];
  Worker worker[MAX_THREADS];
};

// The builds that this CPU can run, widest first.
static int usable(const Build *builds[MOST_BUILDS]) {
  int n = 0;
#if defined(__x86_64__)
  if (cpu_has_avx512()) builds[n++] = &cnnkit_build_512;
  if (cpu_has_avx2()) builds[n++] = &cnnkit_build_256;
#endif
  builds[n++] = &cnnkit_build_128;
  return n;
}

static void run_worker(void *p) {
  const Worker *w = p;
  Engine *e = w->engine;
  e->build->work(e->base, w->thread);
  __atomic_sub_fetch(&e->running, 1, __ATOMIC_SEQ_CST);
  cnnkit_notify(&e->running);
}

// A thread that found nothing to stop for a moment ago may only now be falling asleep, on another word than
// the one that says stop: it is woken until it has ended.
static void stop_threads(Engine *e) {
  if (e->base == NULL) return;
  for (uint32_t left; (left = __atomic_load_n(&e->running, __ATOMIC_SEQ_CST)) > 0;) {
    e->build->stop(e->base);
    cnnkit_wait(&e->running, left, 1000000);
  }
  for (int t = 1; t < e->threads; t++) cnnkit_join_thread(e->handle[t]);
  e->base = NULL;
}
// The environment ends (the process, or a worker thread of JavaScript): its memory goes with it.
static void end_with_environment(void *p) { stop_threads(p); }

static void close_engine(napi_env env, Engine *e) {
  if (e->base == NULL) return;
  stop_threads(e);
  napi_remove_env_cleanup_hook(env, end_with_environment, e);
  napi_delete_reference(env, e->memory);
  e->memory = NULL;
}
static void finalize(napi_env env, void *data, void *hint) {
  (void)hint;
  close_engine(env, data);
  free(data);
}

static napi_value type_error(napi_env env, const char *message) {
  napi_throw_type_error(env, NULL, message);
  return NULL;
}
static int arguments(napi_env env, napi_callback_info info, size_t count, napi_value *values) {
  size_t given = count;
  return napi_get_cb_info(env, info, &given, values, NULL, NULL) == napi_ok && given == count;
}
// An open engine, by its tag: the external of another addon is none. Throws and returns NULL otherwise.
static const napi_type_tag ENGINE_TAG = {0x9d1c5f0b7e6a4c38, 0xa2f3084be19d57c6};
static Engine *engine_in(napi_env env, napi_value value) {
  void *engine;
  bool tagged = false;
  // In this order: asked for the tag of what is no object, Node throws an error of its own.
  if (napi_get_value_external(env, value, &engine) == napi_ok &&
      napi_check_object_type_tag(env, value, &ENGINE_TAG, &tagged) == napi_ok && tagged &&
      ((Engine *)engine)->base != NULL)
    return engine;
  type_error(env, "cnnkit native: an open engine is needed.");
  return NULL;
}
// The same for a function that takes nothing else.
static Engine *engine_of(napi_env env, napi_callback_info info) {
  napi_value value = NULL;
  return engine_in(env, arguments(env, info, 1, &value) ? value : NULL);
}

// open(bytes: Uint8Array, threads: number, bits: number): engine
static napi_value open_engine(napi_env env, napi_callback_info info) {
  napi_value values[3];
  int32_t threads = 0, bits = 0;
  napi_typedarray_type type;
  size_t length = 0;
  void *data = NULL;
  napi_value buffer;
  // A buffer of one thread's may be detached under the others; a shared one stays where it is.
  bool unshared = true;
  if (!arguments(env, info, 3, values) ||
      napi_get_typedarray_info(env, values[0], &type, &length, &data, &buffer, NULL) != napi_ok || data == NULL ||
      napi_is_arraybuffer(env, buffer, &unshared) != napi_ok || unshared || type != napi_uint8_array || length < cnnkit_build_128.least_bytes ||
      napi_get_value_int32(env, values[1], &threads) != napi_ok || threads < 1 || threads > MAX_THREADS ||
      napi_get_value_int32(env, values[2], &bits) != napi_ok)
    return type_error(env, "cnnkit native: open takes a Uint8Array of shared memory with a control block, threads (1 to 16) and bits.");
  const Build *builds[MOST_BUILDS], *build = NULL;
  for (int i = usable(builds) - 1; i >= 0; i--)
    if (builds[i]->bits == bits) build = builds[i];
  if (build == NULL) return type_error(env, "cnnkit native: this CPU has no vectors of so many bits.");

  Engine *e = calloc(1, sizeof *e);
  if (e == NULL) return type_error(env, "cnnkit native: out of memory.");
  *e = (Engine){.build = build, .base = data, .threads = 1};
  napi_value result;
  if (napi_create_external(env, e, finalize, NULL, &result) != napi_ok) {
    free(e);
    return type_error(env, "cnnkit native: Node gives no handle.");
  }
  napi_type_tag_object(env, result, &ENGINE_TAG);
  napi_create_reference(env, values[0], 1, &e->memory);
  napi_add_env_cleanup_hook(env, end_with_environment, e);
  for (; e->threads < threads; e->threads++) {
    Worker *w = &e->worker[e->threads];
    *w = (Worker){e, e->threads};
    __atomic_add_fetch(&e->running, 1, __ATOMIC_SEQ_CST);
    if (!cnnkit_start_thread(&e->handle[e->threads], run_worker, w)) {
      __atomic_sub_fetch(&e->running, 1, __ATOMIC_SEQ_CST);
      close_engine(env, e);
      napi_throw_error(env, NULL, "cnnkit native: the system gives no more threads.");
      return NULL;
    }
  }
  return result;
}

static napi_value drain(napi_env env, napi_callback_info info) {
  const Engine *e = engine_of(env, info);
  if (e != NULL) e->build->drain(e->base);
  return NULL;
}
static napi_value wake(napi_env env, napi_callback_info info) {
  const Engine *e = engine_of(env, info);
  if (e != NULL) e->build->wake(e->base);
  return NULL;
}
static napi_value close_(napi_env env, napi_callback_info info) {
  Engine *e = engine_of(env, info);
  if (e != NULL) {
    e->build->drain(e->base);
    close_engine(env, e);
  }
  return NULL;
}
// peak(engine, turns): runs `turns` turns of 12 multiply-adds of vectors, for the caller to time. What it
// returns is their sum, so that they are not left out.
static napi_value peak(napi_env env, napi_callback_info info) {
  napi_value values[2], result = NULL;
  int32_t turns;
  if (!arguments(env, info, 2, values) || napi_get_value_int32(env, values[1], &turns) != napi_ok)
    return type_error(env, "cnnkit native: peak takes an engine and turns.");
  const Engine *e = engine_in(env, values[0]);
  if (e != NULL) napi_create_double(env, e->build->peak(turns), &result);
  return result;
}

#if defined(__SANITIZE_ADDRESS__)
#include <sanitizer/asan_interface.h>
#include <stdio.h>
// guard(engine, offset, bytes, room): opens a block of `bytes` in a place of `room`; 0 shuts it. A block may
// be read SLACK_BYTES past its tensor, since vectors are loaded whole, but not written there: the slack is
// filled when the block opens and looked at when it shuts. Outside open blocks nothing may be touched.
enum { SLACK_BYTES = 60, SLACK_FILL = 0xa5 };
static napi_value guard(napi_env env, napi_callback_info info) {
  napi_value values[4];
  uint32_t offset, bytes, room;
  if (!arguments(env, info, 4, values) || napi_get_value_uint32(env, values[1], &offset) != napi_ok ||
      napi_get_value_uint32(env, values[2], &bytes) != napi_ok || napi_get_value_uint32(env, values[3], &room) != napi_ok)
    return type_error(env, "cnnkit native: guard takes an engine, offset, bytes and room.");
  const Engine *e = engine_in(env, values[0]);
  if (e == NULL) return NULL;
  unsigned char *block = (unsigned char *)e->base + offset;
  if (room) {
    __asan_poison_memory_region(block, room);
    __asan_unpoison_memory_region(block, (size_t)bytes + SLACK_BYTES);
    for (int i = 0; i < SLACK_BYTES; i++) block[bytes + i] = SLACK_FILL;
    return NULL;
  }
  for (int i = 0; i < SLACK_BYTES; i++)
    if (block[bytes + i] != SLACK_FILL) {
      fprintf(stderr, "cnnkit native: byte %d past the block of %u bytes at %u was written.\n", i, bytes, offset);
      abort();
    }
  __asan_poison_memory_region(block, (size_t)bytes + SLACK_BYTES);
  return NULL;
}
#endif

static void set(napi_env env, napi_value object, const char *name, napi_value value) {
  napi_set_named_property(env, object, name, value);
}
static void set_function(napi_env env, napi_value object, const char *name, napi_callback function) {
  napi_value value;
  if (napi_create_function(env, name, NAPI_AUTO_LENGTH, function, NULL, &value) == napi_ok) set(env, object, name, value);
}

#if defined(_WIN32)
__declspec(dllexport)
#else
__attribute__((visibility("default")))
#endif
napi_value napi_register_module_v1(napi_env env, napi_value exports) {
  if (!node_found()) return NULL;
  const Build *builds[MOST_BUILDS];
  const int n = usable(builds);
  napi_value list, value;
  napi_create_array(env, &list);
  for (int i = 0; i < n; i++) {
    napi_create_int32(env, builds[i]->bits, &value);
    napi_set_element(env, list, (uint32_t)i, value);
  }
  set(env, exports, "bits", list);
  napi_create_string_utf8(env, builds[0]->commands, NAPI_AUTO_LENGTH, &value);
  set(env, exports, "commands", value);
  napi_create_string_utf8(env, CNNKIT_KERNELS_SHA256, NAPI_AUTO_LENGTH, &value);
  set(env, exports, "kernels", value);
  set_function(env, exports, "open", open_engine);
  set_function(env, exports, "drain", drain);
  set_function(env, exports, "wake", wake);
  set_function(env, exports, "close", close_);
  set_function(env, exports, "peak", peak);
#if defined(__SANITIZE_ADDRESS__)
  set_function(env, exports, "guard", guard);
#endif
  return exports;
}
