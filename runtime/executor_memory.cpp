//===- executor_memory.cpp - The memory of a run --------------------------===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#include "runtime/executor_operands.h"

#include <cstring>

namespace landfall::runtime {

/// Device memory that counts towards the run's limit.
Result<std::shared_ptr<Allocation>> Executor::memory(size_t bytes) {
  if (!budget_)
    return uncounted_memory(bytes);
  TRY(budget_->take(bytes));
  Result<std::shared_ptr<Allocation>> allocation = uncounted_memory(bytes);
  if (!allocation) {
    budget_->give_back(bytes);
    return allocation;
  }
  return budget_->hold(allocation.take(), bytes);
}

Result<std::shared_ptr<Allocation>> Executor::uncounted_memory(size_t bytes) {
  auto allocation = pool_->allocate(bytes);
  if (allocation || allocation.error().code != ErrorCode::out_of_memory)
    return allocation;
  TRY(queue_->finish());
  pool_->release_unused();
  return pool_->allocate(bytes);
}

/// A tensor in host memory that counts towards the run's limit.
Result<HostTensor> Executor::host_tensor(DType dtype,
                                         const std::vector<int64_t> &dims) {
  if (!budget_)
    return make_tensor(dtype, dims);
  size_t bytes = TRY(tensor_bytes(dtype, dims));
  TRY(budget_->take(bytes));
  HostTensor tensor = make_tensor(dtype, dims);
  tensor.bytes.owner = budget_->hold(std::move(tensor.bytes.owner), bytes);
  return tensor;
}

/// A copy that shares no bytes with the original: boxed values outlive the
/// run's inputs.
Result<HostValue> Executor::deep_copy(const HostValue &value) {
  auto copy_tensor = [&](const HostTensor &tensor) -> Result<HostTensor> {
    if (tensor.dtype == DType::string)
      return tensor;
    HostTensor copy = TRY(host_tensor(tensor.dtype, tensor.dims));
    if (!copy.bytes.data.empty())
      std::memcpy(const_cast<uint8_t *>(copy.bytes.data.data()),
                  tensor.bytes.data.data(), copy.bytes.data.size());
    return copy;
  };
  if (auto *tensor = std::get_if<HostTensor>(&value.value))
    return HostValue{TRY(copy_tensor(*tensor))};
  if (auto *sequence = std::get_if<HostSequence>(&value.value)) {
    HostSequence copy;
    for (const HostValue &element : *sequence)
      copy.push_back(TRY(deep_copy(element)));
    return HostValue{std::move(copy)};
  }
  HostValue copy = value;
  if (auto *map = std::get_if<HostMap>(&copy.value))
    for (auto &entry : map->entries)
      entry.second = TRY(copy_tensor(entry.second));
  return copy;
}

Status Executor::upload(const HostTensor &source, TensorRef &tensor) {
  tensor.dtype = source.dtype;
  tensor.dims = source.dims;
  tensor.bytes = TRY(tensor_bytes(source.dtype, source.dims));
  tensor.owner = TRY(memory(tensor.bytes));
  tensor.span = {tensor.owner->memory()};
  if (source.dtype == DType::string)
    return upload_texts(source.strings, tensor);
  return queue_->write(tensor.span, source.bytes.data.data(), tensor.bytes);
}

Result<HostTensor> Executor::download(const TensorRef &tensor) {
  if (tensor.dtype == DType::string)
    return download_texts(tensor);
  HostTensor result = TRY(host_tensor(tensor.dtype, tensor.dims));
  TRY(queue_->read(const_cast<uint8_t *>(result.bytes.data.data()), tensor.span,
                   tensor.bytes));
  return result;
}

/// The elements are written as the numbers of their texts.
Status Executor::upload_texts(std::span<const std::string> texts,
                              const TensorRef &tensor) {
  std::vector<int64_t> numbers;
  numbers.reserve(texts.size());
  for (const std::string &text : texts)
    numbers.push_back(texts_.number_of(text));
  if (numbers.size() * sizeof(int64_t) != tensor.bytes)
    return broken(fmt::format("{} strings fill a tensor of shape {}",
                              texts.size(), dims_text(tensor.dims)));
  return queue_->write(tensor.span, numbers.data(), tensor.bytes);
}

Result<HostTensor> Executor::download_texts(const TensorRef &tensor) {
  std::vector<int64_t> numbers(tensor.bytes / sizeof(int64_t));
  TRY(queue_->read(numbers.data(), tensor.span, tensor.bytes));
  HostTensor result = TRY(host_tensor(DType::string, tensor.dims));
  for (size_t i = 0; i < numbers.size(); ++i) {
    std::optional<std::string_view> text = texts_.text(numbers[i]);
    if (!text)
      return broken(fmt::format("an element of a tensor of strings has the "
                                "number {}, which no text has",
                                numbers[i]));
    result.strings[i] = *text;
  }
  return result;
}

/// The tensor as a host value that is independent of the arena, the inputs, the
/// weights and later runs. Memory allocated by the run is not copied if the
/// host can access it. The contents are complete once the queue has finished.
Result<HostTensor> Executor::detach(const TensorRef &tensor) {
  Device &device = *parts_.device;
  if (tensor.dtype == DType::string || !device.host_address(tensor.span.memory))
    return download(tensor);
  std::shared_ptr<Allocation> owner = tensor.owner;
  DeviceSpan span = tensor.span;
  if (!owner) {
    owner = TRY(memory(tensor.bytes));
    span = {owner->memory()};
    TRY(queue_->copy(span, tensor.span, tensor.bytes));
  }
  auto *address =
      static_cast<const uint8_t *>(device.host_address(span.memory));
  HostTensor result;
  result.dtype = tensor.dtype;
  result.dims = tensor.dims;
  result.bytes.data = {address + span.offset, tensor.bytes};
  result.bytes.owner = std::move(owner);
  return result;
}

/// The tensor in the caller's memory, if the caller has any for it.
Result<HostTensor> Executor::deliver(uint32_t output, const TensorRef &tensor) {
  uint8_t *memory = nullptr;
  if (options_->output_memory && tensor.dtype != DType::string)
    memory = TRY(options_->output_memory(output, tensor.dtype, tensor.dims,
                                         tensor.bytes));
  if (!memory)
    return detach(tensor);
  TRY(queue_->read(memory, tensor.span, tensor.bytes));
  HostTensor result;
  result.dtype = tensor.dtype;
  result.dims = tensor.dims;
  result.bytes.data = {memory, tensor.bytes};
  return result;
}

} // namespace landfall::runtime
