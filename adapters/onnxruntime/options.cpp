//===- options.cpp - Options of the provider ------------------------------===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#include "adapters/onnxruntime/options.h"

#include "adapters/onnxruntime/failure.h"

#include <charconv>
#include <cmath>
#include <nlohmann/json.hpp>

namespace landfall::onnxruntime {

namespace {

using Json = nlohmann::ordered_json;

[[noreturn]] void refuse(const std::string &name, const std::string &value,
                         const std::string &expected) {
  throw Failure(ort_invalid_argument, "Landfall: the option '" + name +
                                          "' is '" + value + "'; it is " +
                                          expected);
}

void read(const std::string &, const std::string &value, std::string &option) {
  option = value;
}

void read(const std::string &name, const std::string &value, bool &option) {
  if (value != "0" && value != "1" && value != "true" && value != "false")
    refuse(name, value, "0 or 1");
  option = value == "1" || value == "true";
}

template <typename Number>
void read(const std::string &name, const std::string &value, Number &option) {
  auto [end, error] =
      std::from_chars(value.data(), value.data() + value.size(), option);
  bool is_whole = error == std::errc() && end == value.data() + value.size();
  if (!is_whole || !(option >= 0) || std::isinf(static_cast<double>(option)))
    refuse(name, value,
           std::is_integral_v<Number> ? "a number from 0"
                                      : "a real number from 0");
}

/// False: there is no such option.
bool assign(Options &options, const std::string &name,
            const std::string &value) {
#define LANDFALL_OPTION(kind, option, otherwise, text)                         \
  if (name == #option) {                                                       \
    read(name, value, options.option);                                         \
    return true;                                                               \
  }
#include "adapters/onnxruntime/options.def"
  return false;
}

std::string known_options() {
  std::string list;
#define LANDFALL_OPTION(kind, option, otherwise, text)                         \
  list += (list.empty() ? "" : ", ") + std::string(#option);
#include "adapters/onnxruntime/options.def"
  return list;
}

std::string entry(const std::map<std::string, std::string> &entries,
                  const char *key) {
  auto found = entries.find(key);
  return found == entries.end() ? "" : found->second;
}

} // namespace

Options read_options(const std::map<std::string, std::string> &entries) {
  Options options;
  std::string prefix = option_prefix;
  for (const auto &[key, value] : entries) {
    if (!key.starts_with(prefix))
      continue;
    std::string name = key.substr(prefix.size());
    if (!assign(options, name, value))
      throw Failure(ort_invalid_argument,
                    "Landfall: there is no option '" + name +
                        "'; the provider's options are " + known_options());
  }
  if (!options.variants.empty() && options.variants != "native" &&
      options.variants != "all")
    refuse("variants", options.variants, "\"native\" or \"all\"");
  options.save_context = entry(entries, "ep.context_enable") == "1";
  options.embed_context = entry(entries, "ep.context_embed_mode") == "1";
  options.context_file = entry(entries, "ep.context_file_path");
  return options;
}

std::string Options::compile_json() const {
  bool all = variants.empty() ? save_context : variants == "all";
  Json json = {{"device", device},
               {"variants", Json::array()},
               {"require_target", require_target},
               {"cache", cache}};
  if (!all)
    json["variants"].push_back("native");
  return json.dump();
}

std::string Options::query_json() const {
  return Json{{"device", device}}.dump();
}

std::string Options::load_json() const {
  return Json{{"threads", threads},
              {"own_process", own_process},
              {"timeout_seconds", timeout_seconds},
              {"require_target", require_target}}
      .dump();
}

} // namespace landfall::onnxruntime
