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
  bool require_target = false; ///< See package/host_work.h.
};

/// Reads the JSON object that lf_model_load and lf_package_verify take ("": all
/// defaults). Unknown keys are refused by name.
Result<LoadOptions> parse_load_options(std::string_view text);

} // namespace landfall::c_api
