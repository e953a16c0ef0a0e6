//===- shared_parts.cpp - Equal weights and kernels once ------------------===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#include "compiler/lower/shared_parts.h"

#include "base/hash.h"

#include <algorithm>

namespace landfall::compiler {

namespace {

template <typename Data> uint64_t weight_key(const Data &data) {
  return hash_bytes(data.bytes.data) + uint64_t(data.dtype);
}

bool is_same(const Weight &weight, const ConstantData &data) {
  return weight.dtype == data.dtype && weight.dims == data.dims &&
         std::ranges::equal(weight.bytes.data, data.bytes.data);
}

std::string kernel_key(Kernel kernel) {
  kernel.name.clear();
  kernel.origins.clear();
  auto bytes = serialize(kernel);
  return {bytes.begin(), bytes.end()};
}

} // namespace

SharedParts::SharedParts(const ir::Module::Impl &module, Package &package)
    : module_(module), package_(package),
      earlier_kernels_(package.kernels.size()) {
  for (size_t k = 0; k < package_.kernels.size(); ++k)
    kernels_.try_emplace(kernel_key(package_.kernels[k]), k);
  for (size_t k = 0; k < package_.weights.size(); ++k)
    earlier_weights_.emplace(weight_key(package_.weights[k]), k);
}

uint32_t SharedParts::weight(int64_t id, mlir::Location location) {
  auto [position, added] = weights_.try_emplace(id, package_.weights.size());
  if (!added)
    return position->second;
  const ConstantData &data = module_.constants[id];
  if (auto same = find_earlier(data))
    return position->second = *same;
  std::vector<ModelNode> nodes = ir::model_nodes(location);
  package_.weights.push_back({nodes.empty() ? "" : nodes.front().name,
                              data.dtype, data.dims, data.bytes});
  return position->second;
}

/// Reads the data only if there is something to compare it with.
std::optional<uint32_t>
SharedParts::find_earlier(const ConstantData &data) const {
  if (earlier_weights_.empty())
    return std::nullopt;
  auto [first, last] = earlier_weights_.equal_range(weight_key(data));
  for (auto other = first; other != last; ++other)
    if (is_same(package_.weights[other->second], data))
      return other->second;
  return std::nullopt;
}

uint32_t SharedParts::kernel(Kernel kernel) {
  auto [position, added] =
      kernels_.try_emplace(kernel_key(kernel), package_.kernels.size());
  if (added) {
    package_.kernels.push_back(std::move(kernel));
  } else if (position->second >= earlier_kernels_) {
    auto &origins = package_.kernels[position->second].origins;
    origins.insert(origins.end(), kernel.origins.begin(), kernel.origins.end());
  }
  return position->second;
}

} // namespace landfall::compiler
