//===- json.cpp - Reports for programs ------------------------------------===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#include "apps/cli/report/json.h"

#include <cstdio>
#include <fmt/format.h>

namespace landfall::cli {

void print_json(const Json &json) {
  fmt::print("{}\n", json.dump(2, ' ', false, Json::error_handler_t::replace));
}

Json error_json(const Error &error) {
  auto known = [](const std::string &text) {
    return text.empty() ? Json() : Json(text);
  };
  const Place &place = error.place;
  Json json = {
      {"code", name(error.code)},       {"message", render(error)},
      {"reason", error.message},        {"file", known(place.file)},
      {"node", known(place.node.name)}, {"operator", known(place.node.op)}};
  json["enclosing"] = Json::array();
  for (const ModelNode &node : place.around)
    json["enclosing"].push_back(node.name);
  json["sizes"] = Json::object();
  for (const NamedSize &size : error.sizes)
    json["sizes"][size.name] = size.value;
  return json;
}

} // namespace landfall::cli
