//===- device_options.h - A device's options in C --------------*- C++ -*-===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#pragma once

#include "runtime/device.h"

namespace landfall::c_api {

/// Reads the JSON object that lf_model_load_with takes ("": all defaults).
/// Unknown keys are refused by name.
Result<runtime::DeviceOptions> parse_device_options(std::string_view text);

} // namespace landfall::c_api
