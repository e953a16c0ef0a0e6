//===- fusion_guard.h - Native and other work kept apart -------*- C++ -*-===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#pragma once

#include "ir/module/module_impl.h"

#include <functional>

namespace landfall::compiler {

/// Whether the kernel of an `lf.map`, `lf.contract` or `lf.parallel` would run
/// natively (Target::supports).
using IsNative = std::function<bool(mlir::Operation *compute)>;

/// Refuses fusions that would make a kernel fall back which would run natively
/// if it were left alone. It fuses copies of the operations, asks about the
/// result, and erases them.
class FusionGuard {
public:
  /// Without `is_native`, all fusions are allowed.
  FusionGuard(ir::Module::Impl &module, IsNative is_native)
      : module_(module), is_native_(std::move(is_native)) {}

  /// Whether the map may be computed inside the operations that load its
  /// result. `inline_at` replaces one load by the map's body.
  bool allows(lf::MapOp producer, llvm::ArrayRef<lf::LoadOp> loads,
              llvm::function_ref<void(lf::LoadOp)> inline_at) const;

  /// Whether the map may become part of the epilogue of a contraction. `fuse`
  /// does that if it can, erases the map, and returns the new contraction; else
  /// null. False also where it cannot.
  bool
  allows_epilogue(lf::MapOp map,
                  llvm::function_ref<lf::ContractOp(lf::MapOp)> fuse) const;

private:
  ir::Module::Impl &module_;
  IsNative is_native_;
};

} // namespace landfall::compiler
