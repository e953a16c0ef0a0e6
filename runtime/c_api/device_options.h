//===- device_options.h - What loading a model is told ----------*- C++ -*-===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#pragma once

#include "runtime/device.h"

namespace landfall::c_api {

struct LoadOptions {
  runtime::DeviceOptions device;
  /// Refuse a package with fallbacks or foreign work (package/host_work.h).
  bool require_target = false;
};

/// Reads the JSON object that lf_model_load and lf_package_verify take ("": all
/// defaults). Unknown keys are refused by name.
Result<LoadOptions> parse_load_options(std::string_view text);

} // namespace landfall::c_api
