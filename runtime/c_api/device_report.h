//===- device_report.h - What a device says of itself, as JSON --*- C++ -*-===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#pragma once

#include "runtime/device.h"

#include <nlohmann/json.hpp>

namespace landfall::c_api {

/// What lf_device_describe gives for a device that was made by this name.
Result<std::string> device_text(std::string_view name,
                                const runtime::Device &device);

/// What lf_model_counters gives.
nlohmann::ordered_json counters_json(const runtime::DeviceCounters &counters);

} // namespace landfall::c_api
