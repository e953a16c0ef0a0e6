//===- loaded_parts.h - What a LoadedModel consists of ---------*- C++ -*-===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#pragma once

#include "runtime/run_value.h"

namespace landfall::runtime {

/// Shared read-only by all runs of a model. The order of the members is the
/// order of dependence: later ones use earlier ones.
struct LoadedParts {
  std::shared_ptr<const Package> package;
  std::shared_ptr<Device> device;
  std::shared_ptr<MemoryPool> pool;
  std::vector<TensorRef> weights;
  /// Keep the weights' memory; the references in `weights` do not own, so
  /// that nobody hands a weight out as an output.
  std::vector<std::shared_ptr<Allocation>> weight_memory;
  std::unique_ptr<Executable> executable;
};

} // namespace landfall::runtime
