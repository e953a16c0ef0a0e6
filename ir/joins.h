//===- joins.h - One value from several graphs -----------------*- C++ -*-===//
//
// Part of Landfall, under the Apache License v2.0.
//
// How the builder makes one result of what the branches of an If or the
// iterations of a Loop give: extents that differ become dynamic, values that
// differ in dtype, rank or kind become boxes.
//
//===----------------------------------------------------------------------===//
#pragma once

#include "ir/box_facts.h"
#include "ir/builder_impl.h"

namespace landfall::ir {

/// Frees a region. What was known of its values is forgotten: others may get
/// their addresses.
struct ForgetRegion {
  Builder::Impl *impl;
  void operator()(mlir::Region *region) const;
};
using OwnedRegion = std::unique_ptr<mlir::Region, ForgetRegion>;

/// A graph that is not placed yet, with its results.
struct BuiltGraph {
  OwnedRegion region;
  std::vector<Any> results;
};

/// Builds a graph in a region of its own. Nothing if `body` gives no results.
std::optional<BuiltGraph>
build_graph(Builder::Impl &i,
            llvm::function_ref<std::optional<std::vector<Any>>()> body);

/// Moves the operations of the graph to the insertion point.
std::vector<Any> place_graph(Builder::Impl &i, BuiltGraph graph);

/// Types that hold each of several values, and what is known of all of them.
struct Joined {
  llvm::SmallVector<mlir::Type> types;
  std::vector<Facts> facts;

  /// One more value to hold.
  void add(const Any &first);
  /// Other values for all of them; returns whether any type changed.
  bool widen(std::span<const Any> others);
};

/// What holds the results of every graph.
Joined join(std::span<const BuiltGraph> graphs);

/// One graph if the condition holds, else the other: an `lf.if` that gives
/// results of the joined types.
std::vector<Any> join_graphs(Builder::Impl &i, mlir::Value condition,
                             BuiltGraph &then_graph, BuiltGraph &else_graph,
                             const Joined &joined);

/// The value, as a box if the type is one and the value is a tensor.
mlir::Value retyped(Builder::Impl &i, mlir::Value value, mlir::Type type);
/// The same for the operands of `op` from `first` on, just before it.
void retype_operands(Builder::Impl &i, mlir::Operation *op, size_t first,
                     llvm::ArrayRef<mlir::Type> types);

} // namespace landfall::ir
