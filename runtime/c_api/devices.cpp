//===- devices.cpp - What can run models, in C ----------------------------===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#include "runtime/c_api/device_report.h"
#include "runtime/c_api/objects.h"

using namespace landfall;
using namespace landfall::c_api;

namespace {

/// The drivers' lists do not change while the library is there.
const std::vector<std::string> &device_names() {
  static const std::vector<std::string> names = [] {
    std::vector<std::string> list;
    for (const runtime::Driver &driver : runtime::drivers())
      for (std::string &name : driver.devices())
        list.push_back(std::move(name));
    return list;
  }();
  return names;
}

} // namespace

extern "C" {

size_t lf_device_count(void) { return device_names().size(); }

const char *lf_device_name(size_t number) {
  return number < lf_device_count() ? device_names()[number].c_str() : nullptr;
}

lf_status lf_device_describe(const char *device, lf_buffer **json,
                             lf_error **error) {
  return make("json", json, error, [&]() -> MadeBuffer {
    if (!device)
      return missing("device");
    auto made = TRY(runtime::create_device(device, {}));
    return text_buffer(TRY(device_text(device, *made)));
  });
}
}
