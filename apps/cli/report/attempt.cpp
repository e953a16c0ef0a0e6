//===- attempt.cpp - Landfall's exceptions as results ---------------------===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#include "apps/cli/report/attempt.h"

namespace landfall::cli {

namespace {

ModelNode node_from(const lf::Error::Node &node) {
  return {node.name, node.is_output, node.op, node.opset};
}

std::vector<ModelNode> nodes_from(const std::vector<lf::Error::Node> &nodes) {
  std::vector<ModelNode> list;
  for (const lf::Error::Node &node : nodes)
    list.push_back(node_from(node));
  return list;
}

} // namespace

Error error_from(const lf::Error &error) {
  Error made = {static_cast<ErrorCode>(error.status()), error.reason()};
  made.place.file = error.file();
  made.place.node = node_from(error.node());
  made.place.around = nodes_from(error.enclosing());
  made.place.fused_with = nodes_from(error.fused_with());
  for (const lf::Error::Size &size : error.sizes())
    made.sizes.push_back({size.name, size.value});
  return made;
}

} // namespace landfall::cli
