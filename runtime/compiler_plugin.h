//===- compiler_plugin.h - The compiler library's C entry points -*- C++ -*-=//
//
// Part of Landfall, under the Apache License v2.0.
//
// liblandfall_compiler.so exports exactly these; the runtime loads it only when
// something must be compiled, so running a .lfm does not load LLVM.
//
//===----------------------------------------------------------------------===//
#pragma once

#include <cstddef>
#include <cstdint>

#define LANDFALL_PLUGIN_EXPORT __attribute__((visibility("default")))

extern "C" {

/// Called when a step ends (`ir` null), or with a step's IR if the option
/// `print_after` asked for it, or with a warning as the `ir` of the step
/// "warning". The strings die with the call.
typedef void (*landfall_progress)(void *user, const char *step, double ms,
                                  const char *ir);

/// Called with the absolute path of each file that the model is read from. The
/// string dies with the call.
typedef void (*landfall_source)(void *user, const char *path);

/// Compiles an ONNX file. 0 with `*result` a package's bytes, or an ErrorCode
/// with `*result` the bytes of the Error (base/error.h; null if there was no
/// memory for them). `*result` is released by landfall_compiler_free.
LANDFALL_PLUGIN_EXPORT int
landfall_compile_file(const char *path, const char *options_json,
                      landfall_progress progress, landfall_source source,
                      void *user, uint8_t **result, size_t *size);

/// Compiles a serialised ModelProto; external data is looked up in `directory`.
LANDFALL_PLUGIN_EXPORT int
landfall_compile_bytes(const uint8_t *model, size_t model_size,
                       const char *directory, const char *options_json,
                       landfall_progress progress, landfall_source source,
                       void *user, uint8_t **result, size_t *size);

/// Says where each node would run: `*result` is the text of a JSON object
/// (landfall.h, lf_query_file), or an Error as above.
LANDFALL_PLUGIN_EXPORT int landfall_query_file(const char *path,
                                               const char *options_json,
                                               uint8_t **result, size_t *size);
LANDFALL_PLUGIN_EXPORT int landfall_query_bytes(const uint8_t *model,
                                                size_t model_size,
                                                const char *directory,
                                                const char *options_json,
                                                uint8_t **result, size_t *size);

LANDFALL_PLUGIN_EXPORT void landfall_compiler_free(void *memory);
}
