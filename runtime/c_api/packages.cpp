//===- packages.cpp - Opening, saving and verifying in C ------------------===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#include "base/file.h"
#include "package/host_work.h"
#include "package/package_layout.h"
#include "package/parsed_json.h"
#include "runtime/c_api/device_options.h"
#include "runtime/c_api/objects.h"
#include "runtime/c_api/package_report.h"

#include <cstring>
#include <fmt/format.h>
#include <nlohmann/json.hpp>

using namespace landfall;
using namespace landfall::c_api;

namespace {

Status verify_on(const std::shared_ptr<const Package> &package,
                 const char *device, const LoadOptions &options) {
  if (options.require_target)
    TRY(require_target(*package));
  std::shared_ptr<runtime::Device> made = TRY(runtime::create_device(
      device ? device : package->target, options.device));
  (void)TRY(runtime::LoadedModel::load(package, std::move(made)));
  return {};
}

/// Whether to map the file; nothing: by its size.
Result<std::optional<bool>> parse_open_options(const char *text) {
  std::optional<bool> is_mapped;
  ParsedJson json(text ? text : "{}");
  if (!json->is_object())
    return Error{ErrorCode::invalid_argument,
                 "the options of opening a package must be a JSON object"};
  for (auto &[key, value] : json->items()) {
    if (key != "map" || !value.is_boolean())
      return Error{ErrorCode::invalid_argument,
                   fmt::format("unknown option or wrong value: '{}'; known: "
                               "map (bool)",
                               key)};
    is_mapped = value.get<bool>();
  }
  return is_mapped;
}

/// Saving would make checksums of whatever the bytes have become.
Status check_unchanged(const Package &package) {
  return package.watch ? package.watch->check_unchanged() : Status();
}

MadeBuffer describe(const Package &package, std::string_view what) {
  if (what == "summary")
    return text_buffer(package_summary(package));
  if (what == "program")
    return text_buffer(print(package.program));
  if (what == "kernels")
    return text_buffer(kernels_text(package));
  return Error{ErrorCode::invalid_argument,
               fmt::format("a package has no description '{}'; known: summary, "
                           "program, kernels",
                           what)};
}

} // namespace

extern "C" {

const void *lf_buffer_data(const lf_buffer *buffer) {
  return buffer ? buffer->bytes.data() : nullptr;
}
size_t lf_buffer_size(const lf_buffer *buffer) {
  return buffer ? buffer->bytes.size() : 0;
}
void lf_buffer_free(lf_buffer *buffer) { delete buffer; }

lf_status lf_package_open(const char *path, lf_package **package,
                          lf_error **error) {
  return lf_package_open_with(path, nullptr, package, error);
}

lf_status lf_package_open_with(const char *path, const char *options,
                               lf_package **package, lf_error **error) {
  return make("package", package, error, [&]() -> MadePackage {
    if (!path)
      return missing("path");
    std::optional<bool> is_mapped = TRY(parse_open_options(options));
    return wrap(
        std::make_shared<const Package>(TRY(read_package(path, is_mapped))));
  });
}

lf_status lf_package_check(const lf_package *package, lf_error **error) {
  return guard(error, "package", [&]() -> Status {
    if (!package)
      return missing("package");
    TRY(check_unchanged(*package->contents->package));
    return check_stored(*package->contents->package);
  });
}

lf_status lf_package_from_bytes(const void *bytes, size_t size,
                                lf_package **package, lf_error **error) {
  return make("package", package, error, [&]() -> MadePackage {
    if (!bytes)
      return missing("bytes");
    TRY(check_count("size", size));
    auto *begin = static_cast<const uint8_t *>(bytes);
    Bytes copy = share_bytes(std::vector<uint8_t>(begin, begin + size));
    return wrap(
        std::make_shared<const Package>(TRY(parse_package(std::move(copy)))));
  });
}

lf_status lf_package_save(const lf_package *package, const char *path,
                          lf_error **error) {
  return guard(error, "package", [&]() -> Status {
    if (!package || !path)
      return missing(package ? "path" : "package");
    TRY(check_not_read(path, package->sources));
    TRY(check_unchanged(*package->contents->package));
    return write_package(*package->contents->package, path);
  });
}

lf_status lf_package_bytes(const lf_package *package, lf_buffer **bytes,
                           lf_error **error) {
  return make("bytes", bytes, error, [&]() -> MadeBuffer {
    if (!package)
      return missing("package");
    TRY(check_unchanged(*package->contents->package));
    std::vector<uint8_t> saved = serialize(*package->contents->package);
    return text_buffer(std::string(saved.begin(), saved.end()));
  });
}

void lf_package_free(lf_package *package) { delete package; }

size_t lf_package_source_count(const lf_package *package) {
  return package ? package->sources.size() : 0;
}

const char *lf_package_source(const lf_package *package, size_t number) {
  return number < lf_package_source_count(package)
             ? package->sources[number].c_str()
             : nullptr;
}

int lf_package_recognize(const void *bytes, size_t size) {
  return bytes && size >= sizeof package_magic &&
         std::memcmp(bytes, package_magic, sizeof package_magic) == 0;
}

lf_status lf_package_verify(const lf_package *package, const char *device,
                            const char *options, lf_error **error) {
  return guard(error, "package", [&]() -> Status {
    if (!package)
      return missing("package");
    return verify_on(package->contents->package, device,
                     TRY(parse_load_options(options ? options : "")));
  });
}

lf_status lf_package_describe(const lf_package *package, const char *what,
                              lf_buffer **text, lf_error **error) {
  return make("text", text, error, [&]() -> MadeBuffer {
    if (!package || !what)
      return missing(package ? "what" : "package");
    return describe(*package->contents->package, what);
  });
}
}
