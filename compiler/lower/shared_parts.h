//===- shared_parts.h - Equal weights and kernels once ---------*- C++ -*-===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#pragma once

#include "ir/module/module_impl.h"
#include "package/package.h"

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <unordered_map>

namespace landfall::compiler {

/// Adds a module's constants and kernels to a package, except those that equal
/// one that is there. Both must outlive it.
class SharedParts {
public:
  SharedParts(const ir::Module::Impl &module, Package &package);

  /// The number in the package of constant `id` of the module. Equal weights
  /// of earlier entry points are shared; within a module, constants of one id.
  /// `location` names a weight that is added.
  uint32_t weight(int64_t id, mlir::Location location);

  /// The number of the kernel in the package. A kernel that is equal to an
  /// earlier one but for its name and origins shares that one's number. Checks
  /// are compared, too: their errors name the node, so kernels with checks of
  /// different nodes are not shared.
  uint32_t kernel(Kernel kernel);

private:
  std::optional<uint32_t> find_earlier(const ConstantData &data) const;

  const ir::Module::Impl &module_;
  Package &package_;
  llvm::DenseMap<int64_t, uint32_t> weights_; ///< By id.
  /// Weights of earlier entry points, by the hash of their data.
  std::unordered_multimap<uint64_t, uint32_t> earlier_weights_;
  std::map<std::string, uint32_t> kernels_; ///< By serialised description.
  /// Kernels before this one belong to earlier entry points: their origins are
  /// complete.
  size_t earlier_kernels_ = 0;
};

} // namespace landfall::compiler
