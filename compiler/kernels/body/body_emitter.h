//===- body_emitter.h - Kernel bodies as code ------------------*- C++ -*-===//
//
// Part of Landfall, under the Apache License v2.0.
//
// Emits LLVM IR for the nodes of a kernel's blocks, for all lanes of a `Lanes`
// at once. The caller binds the block parameters and then emits nodes, each
// after the nodes that it uses. To continue with another `Lanes` (say, vector
// code inside scalar code), it makes a second emitter whose `outer` is the
// first.
//
//   BodyEmitter body(lanes);
//   body.bind(kernel.body.params[0], lanes.index(i));
//   body.bind(kernel.body.params[1], LaneValue::varying(DType::f32, sum));
//   body.emit(kernel.body);
//   LaneValue result = body.value(kernel.body.yields[0]);
//
// Divergent control flow is predicated: a block runs if any lane takes it, and
// memory accesses and checks are masked for the others. In scalar code,
// reductions become vector code (vector_fold.h).
//
//===----------------------------------------------------------------------===//
#pragma once

#include "compiler/kernels/body/recorded_term.h"
#include "compiler/kernels/frame/loop_builder.h"
#include "compiler/kernels/lanes/lanes.h"

#include "llvm/ADT/DenseMap.h"
#include "llvm/ADT/DenseSet.h"

#include <optional>

namespace landfall::kernels {

using LaneValues = llvm::SmallVector<LaneValue, 2>;

/// A loop with one carried value that is its running minimum or maximum:
/// carried = node(carried, fresh).
struct FoldedExtreme {
  NodeId node;  ///< The `min` or `max` node.
  NodeId fresh; ///< Its operand that is not the carried value.
};

/// The divisor of an i64 node x mod d or x div d with a constant d > 0, of
/// which it is known that the quotient is rounded down; nothing for other
/// nodes.
std::optional<int64_t> index_divisor(const Kernel &kernel, NodeId node);

class BodyEmitter {
public:
  /// Values that are not bound or emitted here are looked up in `outer`; they
  /// must be uniform unless both emitters have the same `lanes`.
  explicit BodyEmitter(Lanes &lanes, const BodyEmitter *outer = nullptr)
      : lanes_(lanes), outer_(outer),
        recorded_(outer ? outer->recorded_ : nullptr) {}

  Lanes &lanes() { return lanes_; }
  KernelFrame &frame() { return lanes_.frame(); }
  void bind(NodeId node, LaneValue value) { values_[node] = {value}; }
  /// The values of a node with several results.
  void bind(NodeId node, LaneValues values) {
    values_[node] = std::move(values);
  }
  void emit(const Block &block);
  void emit(NodeId node);
  /// The value of an emitted or bound node; of a node with several results,
  /// result `number`.
  LaneValue value(NodeId node, size_t number = 0) const;
  bool has(NodeId node) const;
  /// The offset in elements of operand `operand` at these index nodes.
  LaneValue offset(uint32_t operand, llvm::ArrayRef<NodeId> indices);
  LaneValues values(llvm::ArrayRef<NodeId> nodes) const;

  /// Bool nodes that are taken as true without evaluating them. The set must
  /// outlive the emitter.
  void assume(const llvm::DenseSet<NodeId> *truths) { truths_ = truths; }

  /// Keeps this term in the result, also in emitters inside of this one. It
  /// must outlive them.
  void record(const RecordedTerm *term) { recorded_ = term; }

  /// Runs the loop `lane_loop` of the reduction `fold` with consecutive
  /// iterations in the lanes (vector_fold.h).
  void set_lane_loop(NodeId fold, NodeId lane_loop) {
    fold_ = fold;
    lane_loop_ = lane_loop;
  }
  /// Emits a loop node with these initial carried values instead of its own.
  /// Those of the reduction `fold` may come back in fewer lanes.
  LaneValues emit_loop_from(NodeId id, LaneValues init);

private:
  // body_emitter.cpp
  const Kernel &kernel() const { return lanes_.frame().kernel; }
  const Node &at(NodeId node) const { return kernel().nodes[node]; }
  llvm::IRBuilderBase &b() { return lanes_.b(); }
  LaneValues emit_node(NodeId id);
  /// An offset in two parts, either of which may be absent.
  struct Place {
    LaneValue regular; ///< Uniform or linear.
    LaneValue varying;
  };
  Place place(uint32_t operand, llvm::ArrayRef<NodeId> indices);
  LaneValue joined(const Place &place);
  LaneValue emit_lookup(const Node &node);
  LaneValue emit_load(const Node &node);
  /// The offset in the result of the recorded term for this innermost index.
  LaneValue recorded_place(NodeId index);
  void emit_store(const Node &node);
  void emit_check(const Node &node);
  /// `condition` and the predicate.
  LaneValue under_predicate(const LaneValue &condition);
  LaneValue both(const LaneValue &a, const LaneValue &b);
  LaneValue zero_of(DType type);
  /// Whether any value of the node is not uniform.
  bool varies(NodeId node) const;

  /// Emits a block whose parameters are bound; its yields.
  LaneValues run(const Block &block);
  void bind_all(llvm::ArrayRef<NodeId> params, const LaneValues &values);
  llvm::Value *in_form(const LaneValue &value, bool uniform);
  LaneValue of_form(DType type, llvm::Value *value, bool uniform);
  LaneValue choose(const LaneValue &mask, const LaneValue &a,
                   const LaneValue &b);
  /// The value of a uniform integer constant.
  static std::optional<int64_t> constant_of(const LaneValue &value);

  // body_index.cpp
  LaneValue divide_index(NodeId id);

  // body_loops.cpp
  LaneValues emit_loop(NodeId id);
  bool has_register_pressure(const Node &loop) const;
  LaneValues emit_iterations(const Node &node, LaneValues init);
  LaneValues emit_unrolled(const Node &node, int64_t low, int64_t high,
                           LaneValues carried);
  LaneValues emit_uniform_loop(const Node &node, const LaneValues &init);
  LaneValues emit_lane_loop(const Node &node, const LaneValues &init);
  LaneValues emit_diverging_loop(const Node &node, const LaneValues &init);
  LaneValues emit_loop_while(const Node &node);
  LaneValues emit_diverging_while(const Node &node, const LaneValues &init);
  /// Which carried values of a loop over `block` are uniform in every
  /// iteration. `params[first + k]` is carried value k; it starts as `init[k]`.
  llvm::SmallVector<bool, 4> uniform_carried(const Block &block, size_t first,
                                             const LaneValues &init) const;

  // body_branches.cpp
  LaneValues emit_branch(const Node &node);
  LaneValues emit_diverging_branch(const Node &node);
  LaneValues emit_masked_block(const Block &block, const LaneValue &mask);

  // body_extremes.cpp
  bool is_extreme_loop(NodeId loop, const LaneValues &init) const;
  LaneValues emit_extreme_loop(NodeId loop, LaneValues init);
  LaneValue emit_extreme();
  llvm::Value *extreme_of_numbers(llvm::Value *number);
  llvm::Value *extreme_of_bits(bool one_register);

  Lanes &lanes_;
  const BodyEmitter *outer_;
  const RecordedTerm *recorded_;
  llvm::DenseMap<NodeId, LaneValues> values_;
  LaneValue predicate_; ///< Varying bool: the lanes that execute; empty: all.
  NodeId fold_ = no_node;
  NodeId lane_loop_ = no_node;
  /// While the loop of a minimum or maximum of reals is emitted: that loop, and
  /// the vectors that its iterations carry (body_extremes.cpp).
  std::optional<FoldedExtreme> extreme_;
  Values extreme_state_;
  const llvm::DenseSet<NodeId> *truths_ = nullptr;
};

} // namespace landfall::kernels
