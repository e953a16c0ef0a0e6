//===- node_builder.h - Appends scalar nodes to a block --------*- C++ -*-===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#pragma once

#include "package/kernel.h"

#include <bit>

namespace landfall::tile {

/// Appends nodes to a list that becomes a block's. Kernel and list outlive it.
class NodeBuilder {
public:
  NodeBuilder(Kernel &kernel, std::vector<NodeId> &list)
      : kernel_(kernel), list_(list) {}

  const Node &at(NodeId id) const { return kernel_.nodes[id]; }
  DType type_of(NodeId id) const { return kernel_.nodes[id].type; }

  NodeId scalar(ScalarOp op, DType type, std::vector<NodeId> args) {
    return append({.kind = NodeKind::scalar,
                   .op = op,
                   .type = type,
                   .args = std::move(args)});
  }
  /// Operands and result of one type; a comparison is bool.
  NodeId op(ScalarOp op, std::vector<NodeId> args) {
    bool tests = info(op).signature == ScalarSignature::test;
    DType type = tests ? DType::boolean : type_of(args.back());
    return scalar(op, type, std::move(args));
  }
  NodeId real(double value) {
    return append(
        {.type = DType::f32, .bits = std::bit_cast<uint32_t>(float(value))});
  }
  NodeId whole(int64_t value, DType type = DType::i32) {
    return append({.type = type, .bits = uint64_t(value)});
  }
  /// The number as a value of f32 or an integer type.
  NodeId number(int64_t value, DType type) {
    return type == DType::f32 ? real(double(value)) : whole(value, type);
  }

private:
  NodeId append(Node node) {
    kernel_.nodes.push_back(std::move(node));
    list_.push_back(NodeId(kernel_.nodes.size() - 1));
    return list_.back();
  }

  Kernel &kernel_;
  std::vector<NodeId> &list_;
};

} // namespace landfall::tile
