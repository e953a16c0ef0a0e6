//===- extent_classes.cpp - Equivalence classes of extents ----------------===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//

#include "ir/describe/extent_classes.h"

using namespace mlir;

namespace landfall::ir {

ExtentClasses::ExtentClasses(Module::Impl &module, Operation *compute)
    : module_(module) {
  auto add_loops = [&](mlir::Block &block, OperandRange dims, size_t first) {
    for (auto [k, dim] : llvm::enumerate(dims))
      index_extent_.try_emplace(block.getArgument(first + k),
                                module.size_of(dim));
  };
  if (auto map = dyn_cast<lf::MapOp>(compute)) {
    add_loops(map.getBody().front(), map.getDims(), 0);
  } else if (auto loops = dyn_cast<lf::ParallelOp>(compute)) {
    add_loops(loops.getBody().front(), loops.getParallel(), 0);
  } else {
    auto contract = cast<lf::ContractOp>(compute);
    mlir::Block &factors = contract.getFactors().front();
    mlir::Block &epilogue = contract.getEpilogue().front();
    add_loops(factors, contract.getDims(), 0);
    add_loops(factors, contract.getReduce(), contract.getDims().size());
    add_loops(epilogue, contract.getDims(), 0);
    // The same loops, seen from the two bodies.
    for (size_t k = 0; k < contract.getDims().size(); ++k) {
      int a = of_index(factors.getArgument(k));
      parent_[of_index(epilogue.getArgument(k))] = a;
    }
  }
  compute->walk([&](lf::ForOp fold) {
    Value high = fold.getHigh(); // Of the graph, or computed by the body.
    // A branch or a body that is being built has no parent yet.
    Operation *parent = high.getParentBlock()->getParentOp();
    if (!parent || !compute->isAncestor(parent))
      index_extent_.try_emplace(fold.getBody().getArgument(0),
                                module.size_of(high));
  });
  compute->walk([&](Operation *op) {
    if (auto load = dyn_cast<lf::LoadOp>(op))
      link(load.getTensor(), load.getIndices());
    else if (auto store = dyn_cast<lf::StoreOp>(op))
      link(store.getBuffer(), store.getIndices());
  });
}

void ExtentClasses::link(Value tensor, OperandRange indices) {
  const Shape &shape = module_.shape_of(tensor);
  for (auto [axis, index] : llvm::enumerate(indices)) {
    auto extent = index_extent_.find(index);
    if (extent == index_extent_.end() || extent->second != shape[axis])
      continue;
    int a = of_index(index), b = of_axis(tensor, axis);
    parent_[a] = b;
  }
}

int ExtentClasses::root(int node) {
  while (parent_[node] != node)
    node = parent_[node] = parent_[parent_[node]];
  return node;
}

int ExtentClasses::of_index(Value index) {
  auto [entry, added] = index_node_.try_emplace(index, parent_.size());
  if (added)
    parent_.push_back(entry->second);
  return root(entry->second);
}

int ExtentClasses::of_axis(Value tensor, int64_t axis) {
  auto [entry, added] =
      axis_node_.try_emplace(std::pair(tensor, axis), parent_.size());
  if (added)
    parent_.push_back(entry->second);
  return root(entry->second);
}

} // namespace landfall::ir
