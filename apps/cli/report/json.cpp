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

namespace {

Json known(const std::string &text) {
  return text.empty() ? Json() : Json(text);
}

Json names(const std::vector<ModelNode> &nodes) {
  Json list = Json::array();
  for (const ModelNode &node : nodes)
    list.push_back(node.name);
  return list;
}

} // namespace

Json error_json(const Error &error) {
  const Place &place = error.place;
  int opset = place.node.opset;
  Json json = {{"code", name(error.code)},
               {"message", render(error)},
               {"reason", error.message},
               {"file", known(place.file)},
               {"node", known(place.node.name)},
               {"operator", known(place.node.op)},
               {"opset", opset > 0 ? Json(opset) : Json()},
               {"enclosing", names(place.around)},
               {"fused_with", names(place.fused_with)}};
  json["sizes"] = Json::object();
  for (const NamedSize &size : error.sizes)
    json["sizes"][size.name] = size.value;
  return json;
}

} // namespace landfall::cli
