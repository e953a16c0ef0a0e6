//===- replace_constants.h - Constants in other forms ----------*- C++ -*-===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#pragma once

#include "base/file.h"
#include "ir/module/module_impl.h"

#include <utility>
#include <vector>

namespace landfall::compiler {

/// Calls `replace` for each constant that has elements. Where it returns true,
/// the constant is gone: its elements, which may be large, are freed, unless
/// another constant has them too.
inline void
replace_constants(ir::Module::Impl &module,
                  llvm::function_ref<bool(lf::ConstantOp)> replace) {
  llvm::SmallVector<lf::ConstantOp> constants;
  module.module->walk([&](lf::ConstantOp op) { constants.push_back(op); });
  std::vector<int> holders(module.constants.size());
  for (lf::ConstantOp constant : constants)
    ++holders[size_t(constant.getId())];
  for (lf::ConstantOp constant : constants) {
    size_t id = size_t(constant.getId());
    if (!module.constants[id].bytes.data.empty() && replace(constant) &&
        --holders[id] == 0)
      drop_pages(std::exchange(module.constants[id].bytes, {}));
  }
}

} // namespace landfall::compiler
