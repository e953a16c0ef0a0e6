//===- loaded_model.cpp - A package made resident on a device -------------===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#include "runtime/loaded_parts.h"
#include "runtime/session.h"

#include <fmt/format.h>

namespace landfall::runtime {

namespace {

/// In place where the device can use host bytes, else copied.
Result<std::shared_ptr<Allocation>> resident(const LoadedParts &parts,
                                             Queue &queue, const Bytes &bytes) {
  Result<std::shared_ptr<Allocation>> wrapped =
      parts.pool->wrap(bytes.data.data(), bytes.data.size());
  if (wrapped || wrapped.error().code != ErrorCode::unsupported)
    return wrapped;
  auto memory = TRY(parts.pool->allocate(bytes.data.size()));
  TRY(queue.write({memory->memory()}, bytes.data.data(), bytes.data.size()));
  return memory;
}

Status load_weights(LoadedParts &parts) {
  std::unique_ptr<Queue> queue = TRY(parts.device->create_queue());
  for (const Weight &weight : parts.package->weights) {
    TensorRef tensor{weight.dtype, weight.dims, 0, {}, nullptr};
    tensor.bytes = TRY(tensor_bytes(weight.dtype, weight.dims));
    if (tensor.bytes != weight.bytes.data.size())
      return Error{ErrorCode::invalid_package,
                   fmt::format("weight '{}' ({} {}) should have {} bytes but "
                               "has {}",
                               weight.name, name(weight.dtype),
                               dims_text(weight.dims), tensor.bytes,
                               weight.bytes.data.size())};
    auto memory = TRY(resident(parts, *queue, weight.bytes));
    if (auto &fallback = parts.executable->fallback())
      fallback->add_weight(memory->memory(), weight.bytes.data);
    tensor.span = {memory->memory()};
    parts.weight_memory.push_back(std::move(memory));
    parts.weights.push_back(std::move(tensor));
  }
  return queue->finish();
}

} // namespace

LoadedModel::LoadedModel() : parts_(std::make_unique<LoadedParts>()) {}
LoadedModel::~LoadedModel() = default;

const Package &LoadedModel::package() const { return *parts_->package; }
Device &LoadedModel::device() const { return *parts_->device; }
LaunchPlace LoadedModel::where(uint32_t kernel) const {
  return parts_->executable->where(kernel);
}

Result<std::shared_ptr<LoadedModel>>
LoadedModel::load(std::shared_ptr<const Package> package,
                  std::shared_ptr<Device> device, bool require_target) {
  TRY(verify(package->program, package->kernels, package->weights.size()));
  std::shared_ptr<LoadedModel> model(new LoadedModel);
  LoadedParts &parts = *model->parts_;
  parts.package = std::move(package);
  parts.device = std::move(device);
  for (const std::string &text : parts.package->texts)
    parts.texts.number_of(text);
  parts.pool = std::make_shared<MemoryPool>(parts.device);
  parts.executable = TRY(parts.device->load(*parts.package));
  if (require_target)
    parts.executable->require_target();
  TRY(load_weights(parts));
  return model;
}

} // namespace landfall::runtime
