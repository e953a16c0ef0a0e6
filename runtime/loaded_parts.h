//===- loaded_parts.h - What a LoadedModel consists of ---------*- C++ -*-===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#pragma once

#include "base/text_table.h"
#include "runtime/run_value.h"

namespace landfall::runtime {

/// The parts of a LoadedModel, shared read-only by all its sessions. Later
/// members use earlier ones, so that they are destroyed in the right order.
struct LoadedParts {
  std::shared_ptr<const Package> package;
  std::shared_ptr<Device> device;
  std::shared_ptr<MemoryPool> pool;
  TextTable texts; ///< The package's.
  std::vector<TensorRef> weights;
  /// The owners of the weights' memory. The references in `weights` do not own
  /// it, so that a weight that is an output is copied.
  std::vector<std::shared_ptr<Allocation>> weight_memory;
  std::unique_ptr<Executable> executable;
};

} // namespace landfall::runtime
