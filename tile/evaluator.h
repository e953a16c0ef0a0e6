//===- evaluator.h - A block's values over a region ------------*- C++ -*-===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#pragma once

#include "tile/emitter.h"
#include "tile/operand_box.h"

namespace landfall::tile {

/// Constants in on-chip memory, each filled in once: at the beginning of the
/// vector space.
class ConstantPool {
public:
  static constexpr int64_t slot_bytes = 8;
  ConstantPool(Emitter &emitter, int64_t capacity)
      : emitter_(emitter), capacity_(capacity) {}

  Array get(DType type, uint64_t bits);

private:
  Emitter &emitter_;
  int64_t capacity_; ///< In slots.
  std::map<std::pair<int64_t, uint64_t>, std::shared_ptr<const Place>> places_;
};

/// What evaluators of one stream of calls share; it outlives them.
struct Stream {
  const Capabilities &capabilities;
  Launch &launch;
  Emitter &emitter;
  Arena &vector;
  ConstantPool &constants;
  /// The most elements that an array has, where it can be helped.
  int64_t points;
  /// Of loads in the vector space, once they are known.
  std::unordered_map<NodeId, std::vector<BoxSide>> sides = {};
};

/// A form's value at the region's start, and its slopes along the axes.
Bound bound_of(const Launch &launch, const Scope &scope, const Region &region,
               const analysis::Affine &form, std::span<const Axis> axes);
std::vector<Bound> bounds_of(const Launch &launch, const Scope &scope,
                             const Region &region,
                             const std::vector<analysis::Affine> &forms,
                             std::span<const Axis> axes);

/// Loads what the load node reads over the region. Where its conditions do not
/// hold: zeros, or what was there.
void load_elements(Stream &stream, const Scope &scope, const Region &region,
                   NodeId load, const Array &destination, bool zeros);

/// Computes a scope's values over one region: each becomes an array. For one
/// region; values live as long as it does.
class Evaluator {
public:
  /// `region` has all variables of the scope; those of folds are set by them.
  Evaluator(Stream &stream, const Scope &scope, Region region);

  /// Sets an array parameter.
  void give(NodeId param, Array array) { values_[param] = std::move(array); }
  void run(const std::vector<Step> &steps);
  /// A value of any kind as elements, after it has been computed.
  Array element(NodeId id);

private:
  const Node &at(NodeId id) const {
    return stream_.launch.plan().kernel.nodes[id];
  }
  void run_scalar(NodeId id, const Node &node);
  void run_load(NodeId id, const Node &node);
  std::optional<Array> load_box(NodeId id, const Node &node);
  void run_fold(const FoldPlan &fold);
  void reduce(const FoldPlan &fold, std::span<Array> totals);
  void join_part(const FoldPlan &fold, std::span<Array> totals);
  Array elements_of(const FoldPlan::Join &join);
  Array reduced(ScalarOp op, Array part,
                std::span<const uint32_t> fold_variables);
  Array reduced(ScalarOp op, const Array &part, uint32_t variable,
                Variables variables);
  Array joined_one_by_one(ScalarOp op, const Array &part, uint32_t variable,
                          Array result);
  Array joined_by_halves(ScalarOp op, const Array &part, uint32_t variable,
                         Variables variables);
  void step(const FoldPlan &fold);

  std::vector<uint32_t> ordered(Variables variables) const;
  Array make(DType type, Variables variables);
  Array copied(NodeId id, Variables variables);
  Array mask(NodeId id);
  Array ramp(NodeId id) { return ramp(stream_.launch.plan().indices.at(id)); }
  Array ramp(const analysis::Affine &index);
  void gather(const LoadPlan &load, uint32_t operand, const Array &result);
  Array sum_of(const Array &a, const Array &b);
  Array converted(const Array &array, DType type);
  void forget(const std::vector<Step> &steps);

  Stream &stream_;
  const Scope &scope_;
  Region region_;
  std::vector<uint32_t> order_; ///< Of variables in arrays, outermost first.
  std::unordered_map<NodeId, Array> values_;
};

} // namespace landfall::tile
