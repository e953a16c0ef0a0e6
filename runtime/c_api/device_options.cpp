//===- device_options.cpp - A device's options in C -----------------------===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#include "runtime/c_api/device_options.h"

#include <nlohmann/json.hpp>

namespace landfall::c_api {

namespace {

using Json = nlohmann::json;

/// Sets the number; false if there is none that fits.
bool take_number(const Json &value, int &number) {
  if (!value.is_number_integer() || value < 0 || value > 1'000'000)
    return false;
  number = value;
  return true;
}

bool take_option(const std::string &key, const Json &value,
                 runtime::DeviceOptions &options) {
  if (key == "threads")
    return take_number(value, options.threads);
  if (key == "timeout_seconds")
    return take_number(value, options.timeout_seconds);
  if (key != "own_process" || !value.is_boolean())
    return false;
  options.own_process = value;
  return true;
}

} // namespace

Result<runtime::DeviceOptions> parse_device_options(std::string_view text) {
  runtime::DeviceOptions options;
  Json json = Json::parse(text.empty() ? "{}" : text, nullptr, false);
  if (!json.is_object())
    return Error{ErrorCode::invalid_argument,
                 "device options must be a JSON object"};
  for (auto &[key, value] : json.items())
    if (!take_option(key, value, options))
      return Error{ErrorCode::invalid_argument,
                   "unknown device option or wrong value: '" + key +
                       "'; known: threads, timeout_seconds (numbers up to "
                       "1000000), own_process (bool)"};
  return options;
}

} // namespace landfall::c_api
