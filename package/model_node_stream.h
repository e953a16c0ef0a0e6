//===- model_node_stream.h - Model nodes as bytes --------------*- C++ -*-===//
//
// Part of Landfall, under the Apache License v2.0.
//
// docs/package_format.md describes these bytes.
//
//===----------------------------------------------------------------------===//
#pragma once

#include "base/byte_stream.h"
#include "base/error.h"

namespace landfall {

inline void write_node(ByteWriter &out, const ModelNode &node) {
  out.string(node.name);
  out.u8(node.named_by_output);
  out.string(node.op);
}

inline ModelNode read_node(ByteReader &in) {
  ModelNode node;
  node.name = in.string();
  node.named_by_output = in.boolean();
  node.op = in.string();
  return node;
}

inline void write_nodes(ByteWriter &out, std::span<const ModelNode> nodes) {
  out.varint(nodes.size());
  for (const ModelNode &node : nodes)
    write_node(out, node);
}

inline std::vector<ModelNode> read_nodes(ByteReader &in) {
  std::vector<ModelNode> nodes(in.count(3));
  for (ModelNode &node : nodes)
    node = read_node(in);
  return nodes;
}

} // namespace landfall
