// Node-API's functions. On Windows they are looked up in the running program, whatever its file is
// called, so that the addon needs no import library; elsewhere the loader binds them.
#ifndef CNNKIT_NODE_H
#define CNNKIT_NODE_H
#include <node_api.h>

#if defined(_WIN32)
#define WIN32_LEAN_AND_MEAN
#include <windows.h>
#define NODE_FUNCTIONS(F)                                                                              \
  F(napi_get_cb_info) F(napi_get_value_external) F(napi_get_value_int32) F(napi_get_typedarray_info)   \
  F(napi_create_external) F(napi_create_reference) F(napi_delete_reference) F(napi_add_env_cleanup_hook) \
  F(napi_remove_env_cleanup_hook) F(napi_throw_error) F(napi_throw_type_error) F(napi_create_double)   \
  F(napi_create_int32) F(napi_create_array) F(napi_set_element) F(napi_create_string_utf8)             \
  F(napi_create_function) F(napi_set_named_property) F(napi_is_arraybuffer) F(napi_type_tag_object)    \
  F(napi_check_object_type_tag)
#define DECLARE(name) static __typeof__(&name) found_##name;
NODE_FUNCTIONS(DECLARE)
#undef DECLARE
static int node_found(void) {
  const HMODULE node = GetModuleHandleW(NULL);
#define FIND(name)                                                                                     \
  found_##name = (__typeof__(&name))(void *)GetProcAddress(node, #name);                               \
  if (found_##name == NULL) return 0;
  NODE_FUNCTIONS(FIND)
#undef FIND
  return 1;
}
#define napi_get_cb_info found_napi_get_cb_info
#define napi_get_value_external found_napi_get_value_external
#define napi_get_value_int32 found_napi_get_value_int32
#define napi_get_typedarray_info found_napi_get_typedarray_info
#define napi_create_external found_napi_create_external
#define napi_create_reference found_napi_create_reference
#define napi_delete_reference found_napi_delete_reference
#define napi_add_env_cleanup_hook found_napi_add_env_cleanup_hook
#define napi_remove_env_cleanup_hook found_napi_remove_env_cleanup_hook
#define napi_throw_error found_napi_throw_error
#define napi_throw_type_error found_napi_throw_type_error
#define napi_create_double found_napi_create_double
#define napi_create_int32 found_napi_create_int32
#define napi_create_array found_napi_create_array
#define napi_set_element found_napi_set_element
#define napi_create_string_utf8 found_napi_create_string_utf8
#define napi_create_function found_napi_create_function
#define napi_set_named_property found_napi_set_named_property
#define napi_is_arraybuffer found_napi_is_arraybuffer
#define napi_type_tag_object found_napi_type_tag_object
#define napi_check_object_type_tag found_napi_check_object_type_tag
#else
static int node_found(void) { return 1; }
#endif
#endif
