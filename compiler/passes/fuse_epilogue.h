//===- fuse_epilogue.h - Maps into the contractions that they read -*- C++ -*-//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#pragma once

#include "ir/module/module_impl.h"

namespace landfall::compiler {

/// Makes the map the end of the epilogue of a contraction that it reads at its
/// own points only, through a reshape too; true if it did. The map is erased.
///
///   %s = contract ...          ->  contract ... epilogue { relu(sum) }
///   map { relu(%s[i, j]) }
bool fuse_epilogue(lf::MapOp map, ir::Module::Impl &module);

} // namespace landfall::compiler
