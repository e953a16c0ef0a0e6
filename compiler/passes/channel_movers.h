//===- channel_movers.h - Whose channels become innermost ------*- C++ -*-===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#pragma once

#include "ir/module/module_impl.h"

namespace landfall::compiler {

/// A map or a contraction whose results get their channels innermost
/// (channels_innermost.h).
struct ChannelMover {
  mlir::Operation *op;
  unsigned channel; ///< The number of its channels' loop.
  bool moves = true;
  llvm::SmallVector<lf::LoadOp> loads; ///< All in its bodies.
};

/// Those that move, in order. Loops known to be shorter than `fewest_channels`
/// are none of channels.
std::vector<ChannelMover> channel_movers(ir::Module::Impl &module,
                                         int64_t fewest_channels);

using LoopIndices = llvm::SmallDenseSet<mlir::Value, 4>;

/// Adds the loops' indices that an index is computed from by scalar operations
/// alone; false if it is computed otherwise.
bool add_loop_indices(mlir::Value index, LoopIndices &found);

/// The map, contraction or `parallel` of whose body an operation is part.
mlir::Operation *compute_of(mlir::Operation *op);

} // namespace landfall::compiler
