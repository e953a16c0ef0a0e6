//===- fuse_epilogue.h - Maps into the contractions that they read -*- C++ -*-//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#pragma once

#include "ir/module/module_impl.h"

namespace landfall::compiler {

/// If the map reads the result of a contraction, or a reshape of it, at its own
/// point only and is its only user: appends the map's body to the contraction's
/// epilogue, erases the map, and returns the new contraction; else null.
///
///   %s = contract ...          ->  contract ... epilogue { relu(sum) }
///   map { relu(%s[i, j]) }
lf::ContractOp fuse_epilogue(lf::MapOp map, ir::Module::Impl &module);

/// The result of a contraction that the map, or a reshape before it, reads so;
/// null if there is none. (A reshape may split what it joined: then
/// fuse_epilogue still refuses.)
mlir::Value product_of(lf::MapOp map, ir::Module::Impl &module);

} // namespace landfall::compiler
