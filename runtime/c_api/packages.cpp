//===- packages.cpp - Opening, compiling and saving in C ------------------===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#include "runtime/c_api/objects.h"
#include "runtime/compiler_library.h"

using namespace landfall;
using namespace landfall::c_api;

namespace {

std::shared_ptr<const Package> share(Package package) {
  return std::make_shared<const Package>(std::move(package));
}

lf_status compile(const runtime::ModelSource &source, const char *options,
                  lf_progress progress, void *user, lf_package **package,
                  lf_error **error) {
  return guard(error, [&]() -> Status {
    runtime::CompileProgress relay;
    if (progress)
      relay = [&](std::string_view step, double ms, std::string_view ir) {
        if (ir.empty())
          progress(user, std::string(step).c_str(), ms);
      };
    auto compiled =
        TRY(runtime::compile_model(source, options ? options : "", relay));
    *package = new lf_package{std::move(compiled)};
    return {};
  });
}

} // namespace

extern "C" {

lf_status lf_package_open(const char *path, lf_package **package,
                          lf_error **error) {
  *package = nullptr;
  return guard(error, [&]() -> Status {
    if (!path)
      return missing("path");
    Package opened = TRY(read_package(path));
    *package = new lf_package{share(std::move(opened))};
    return {};
  });
}

lf_status lf_package_from_bytes(const void *bytes, size_t size,
                                lf_package **package, lf_error **error) {
  *package = nullptr;
  return guard(error, [&]() -> Status {
    if (!bytes)
      return missing("bytes");
    auto *begin = static_cast<const uint8_t *>(bytes);
    Bytes copy = share_bytes(std::vector<uint8_t>(begin, begin + size));
    Package parsed = TRY(parse_package(std::move(copy)));
    *package = new lf_package{share(std::move(parsed))};
    return {};
  });
}

lf_status lf_package_save(const lf_package *package, const char *path,
                          lf_error **error) {
  return guard(error, [&]() -> Status {
    if (!package || !path)
      return missing(package ? "path" : "package");
    return write_package(*package->package, path);
  });
}

void lf_package_free(lf_package *package) { delete package; }

lf_status lf_compile_file(const char *path, const char *options,
                          lf_progress progress, void *user,
                          lf_package **package, lf_error **error) {
  *package = nullptr;
  if (!path || !*path)
    return report(error, missing("path"));
  return compile({path, {}, {}}, options, progress, user, package, error);
}

lf_status lf_compile_bytes(const void *bytes, size_t size,
                           const char *directory, const char *options,
                           lf_progress progress, void *user,
                           lf_package **package, lf_error **error) {
  *package = nullptr;
  if (!bytes)
    return report(error, missing("bytes"));
  return compile({"",
                  {static_cast<const uint8_t *>(bytes), size},
                  directory ? directory : ""},
                 options, progress, user, package, error);
}
}
