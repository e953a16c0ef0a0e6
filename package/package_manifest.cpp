//===- package_manifest.cpp - A package's description of itself -----------===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#include "package/package_manifest.h"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

namespace landfall {
namespace {

struct Field {
  const char *name;
  std::string Package::*member;
};

constexpr Field fields[] = {
    {"target", &Package::target},         {"producer", &Package::producer},
    {"model_name", &Package::model_name}, {"model_hash", &Package::model_hash},
    {"options", &Package::options},
};

} // namespace

std::string write_manifest(const Package &package) {
  nlohmann::ordered_json json = nlohmann::ordered_json::object();
  for (const Field &field : fields)
    json[field.name] = package.*field.member;
  // Names come from models, which need not be UTF-8.
  auto replace = nlohmann::ordered_json::error_handler_t::replace;
  return json.dump(2, ' ', false, replace) + "\n";
}

Status read_manifest(std::string_view text, Package &package) {
  auto json = nlohmann::json::parse(text, nullptr, /*allow_exceptions=*/false);
  if (!json.is_object())
    return Error{ErrorCode::invalid_package, "it is not a JSON object"};
  for (const Field &field : fields) {
    auto found = json.find(field.name);
    if (found == json.end() || !found->is_string())
      return Error{ErrorCode::invalid_package,
                   fmt::format("it has no text '{}'", field.name)};
    package.*field.member = found->get<std::string>();
  }
  return {};
}

} // namespace landfall
