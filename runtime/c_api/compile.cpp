//===- compile.cpp - Compiling in C ---------------------------------------===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#include "runtime/c_api/objects.h"
#include "runtime/compiler_library.h"

#include <nlohmann/json.hpp>

using namespace landfall;
using namespace landfall::c_api;

namespace {

using Json = nlohmann::json;

/// The compiler's own options: it knows targets, of which devices are some.
Result<std::string> compiler_options(const char *text) {
  Json json = Json::parse(text ? text : "{}", nullptr, false);
  if (!json.is_object())
    return Error{ErrorCode::invalid_argument,
                 "compile options must be a JSON object"};
  // The compiler's word for it, which must not contradict the device.
  if (json.contains("target"))
    return Error{ErrorCode::invalid_argument,
                 "unknown compile option 'target'; 'device' names what to "
                 "compile for"};
  auto device = json.find("device");
  if (device != json.end()) {
    if (!device->is_string())
      return Error{ErrorCode::invalid_argument,
                   "the compile option 'device' must be a string"};
    auto name = device->get<std::string>();
    json.erase(device);
    json["target"] = TRY(runtime::find_driver(name))->name;
  }
  return json.dump(-1, ' ', true, Json::error_handler_t::replace);
}

using MadeSource = Result<runtime::ModelSource>;

MadeSource source_at(const char *path) {
  if (!path)
    return missing("path");
  if (!*path)
    return Error{ErrorCode::invalid_argument, "the path of the model is empty"};
  return runtime::ModelSource{path, {}, {}};
}

MadeSource source_in(const void *bytes, size_t size, const char *directory) {
  if (!bytes)
    return missing("bytes");
  TRY(check_count("size", size));
  return runtime::ModelSource{"",
                              {static_cast<const uint8_t *>(bytes), size},
                              directory ? directory : ""};
}

/// `find_source` gives a MadeSource.
template <typename FindSource>
lf_status compile(FindSource find_source, const char *options,
                  lf_progress progress, void *user, lf_package **package,
                  lf_error **error) {
  return make("package", package, error, [&]() -> MadePackage {
    runtime::ModelSource source = TRY(find_source());
    runtime::CompileProgress relay;
    if (progress)
      relay = [&](std::string_view step, double ms, std::string_view ir) {
        progress(user, std::string(step).c_str(), ms,
                 ir.empty() ? nullptr : std::string(ir).c_str());
      };
    std::string text = TRY(compiler_options(options));
    auto compiled = TRY(runtime::compile_model(source, text, relay));
    return wrap(std::move(compiled.package), std::move(compiled.sources));
  });
}

template <typename FindSource>
lf_status query(FindSource find_source, const char *options, lf_buffer **json,
                lf_error **error) {
  return make("json", json, error, [&]() -> MadeBuffer {
    runtime::ModelSource source = TRY(find_source());
    std::string text = TRY(compiler_options(options));
    return text_buffer(TRY(runtime::query_model(source, text)));
  });
}

} // namespace

extern "C" {

lf_status lf_query_file(const char *path, const char *options, lf_buffer **json,
                        lf_error **error) {
  return query([&] { return source_at(path); }, options, json, error);
}

lf_status lf_query_bytes(const void *bytes, size_t size, const char *directory,
                         const char *options, lf_buffer **json,
                         lf_error **error) {
  return query([&] { return source_in(bytes, size, directory); }, options, json,
               error);
}

lf_status lf_compile_file(const char *path, const char *options,
                          lf_progress progress, void *user,
                          lf_package **package, lf_error **error) {
  return compile([&] { return source_at(path); }, options, progress, user,
                 package, error);
}

lf_status lf_compile_bytes(const void *bytes, size_t size,
                           const char *directory, const char *options,
                           lf_progress progress, void *user,
                           lf_package **package, lf_error **error) {
  return compile([&] { return source_in(bytes, size, directory); }, options,
                 progress, user, package, error);
}
}
