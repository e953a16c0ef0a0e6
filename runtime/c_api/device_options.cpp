//===- device_options.cpp - What loading a model is told ------------------===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#include "runtime/c_api/device_options.h"

#include "package/parsed_json.h"

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

/// Sets the flag; false if the value is none.
bool take_flag(const Json &value, bool &flag) {
  if (value.is_boolean())
    flag = value;
  return value.is_boolean();
}

bool take_option(const std::string &key, const Json &value,
                 LoadOptions &options) {
  if (key == "threads")
    return take_number(value, options.device.threads);
  if (key == "timeout_seconds")
    return take_number(value, options.device.timeout_seconds);
  if (key == "own_process")
    return take_flag(value, options.device.own_process);
  if (key == "dump_dir" && value.is_string()) {
    options.device.dump_folder = value;
    return true;
  }
  return key == "require_target" && take_flag(value, options.require_target);
}

} // namespace

Result<LoadOptions> parse_load_options(std::string_view text) {
  LoadOptions options;
  ParsedJson json(text.empty() ? "{}" : text);
  if (!json->is_object())
    return Error{ErrorCode::invalid_argument,
                 "device options must be a JSON object"};
  for (auto &[key, value] : json->items())
    if (!take_option(key, value, options))
      return Error{ErrorCode::invalid_argument,
                   "unknown device option or wrong value: '" + key +
                       "'; known: threads, timeout_seconds (numbers up to "
                       "1000000), own_process, require_target (bool), "
                       "dump_dir (string)"};
  return options;
}

} // namespace landfall::c_api
