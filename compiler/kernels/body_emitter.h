//===- body_emitter.h - Kernel bodies as code ------------------*- C++ -*-===//
//
// Part of Landfall, under the Apache License v2.0.
//
// Emits the nodes of a kernel's blocks for all lanes of a `Lanes`. The caller
// binds block parameters and then emits nodes in an order that respects their
// uses; it may stop in between, change to another Lanes with an `inner`
// emitter, and go on there.
//
//   BodyEmitter body(lanes);
//   body.bind(kernel.body.params[0], lanes.index(i));
//   body.bind(kernel.body.params[1], LaneValue::varying(DType::f32, sum));
//   body.emit(kernel.body);
//   LaneValue result = body.value(kernel.body.yields[0]);
//
// Control flow that differs between lanes is emitted lane by lane.
//
//===----------------------------------------------------------------------===//
#pragma once

#include "compiler/kernels/lanes.h"
#include "compiler/kernels/loop_builder.h"

#include "llvm/ADT/DenseMap.h"

namespace landfall {

class BodyEmitter {
public:
  /// `outer`: where values not bound here are looked up; all of them must be
  /// uniform, or `lanes` be the outer emitter's.
  explicit BodyEmitter(Lanes &lanes, const BodyEmitter *outer = nullptr)
      : lanes_(lanes), outer_(outer) {}

  Lanes &lanes() { return lanes_; }
  void bind(NodeId node, LaneValue value) { values_[node] = {value}; }
  void emit(const Block &block);
  void emit(NodeId node);
  /// The value of an emitted or bound node (`number` of a multi-value node).
  LaneValue value(NodeId node, size_t number = 0) const;
  bool has(NodeId node) const;
  /// The offset in elements of operand `operand` at these index nodes.
  LaneValue offset(uint32_t operand, llvm::ArrayRef<NodeId> indices);

private:
  using LaneValues = llvm::SmallVector<LaneValue, 2>;

  const Kernel &kernel() const { return lanes_.frame().kernel; }
  const Node &at(NodeId node) const { return kernel().nodes[node]; }
  LaneValues emit_node(NodeId id);
  LaneValue emit_load(const Node &node);
  void emit_store(const Node &node);
  void emit_check(const Node &node);
  LaneValues emit_loop(const Node &node);
  LaneValues emit_unrolled(const Node &node, int64_t low, int64_t high);
  LaneValues emit_loop_while(const Node &node);
  LaneValues emit_branch(const Node &node);
  LaneValues emit_per_lane(NodeId id);
  LaneValues yields(const Block &block);
  bool uniform_control(const Node &node) const;

  Lanes &lanes_;
  const BodyEmitter *outer_;
  llvm::DenseMap<NodeId, LaneValues> values_;
};

} // namespace landfall
