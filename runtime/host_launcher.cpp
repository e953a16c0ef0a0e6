//===- host_launcher.cpp - One queue's launches on the host ---------------===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#include "runtime/host_launcher.h"
#include "package/interpreter.h"

#include <algorithm>
#include <fmt/format.h>

namespace landfall::runtime {

Result<std::vector<size_t>> operand_bytes(const Kernel &kernel,
                                          std::span<const int64_t> sizes) {
  std::vector<size_t> list;
  for (const KernelOperand &operand : kernel.operands) {
    int64_t bytes = size_of(operand.dtype);
    bool fits = true, empty = false;
    for (const Extent &extent : operand.dims) {
      int64_t dim = extent.constant ? extent.value : sizes[extent.value];
      empty |= dim == 0;
      fits = fits && dim >= 0 && !__builtin_mul_overflow(bytes, dim, &bytes);
    }
    if (!fits && !empty)
      return Error{ErrorCode::device,
                   fmt::format("an operand of kernel '{}' has an extent that "
                               "is negative or too large",
                               kernel.name)};
    list.push_back(empty ? 0 : size_t(bytes));
  }
  return list;
}

HostLauncher::~HostLauncher() {
  end();
  queue_.reset();
  for (Buffer &buffer : buffers_)
    if (buffer.memory.handle != 0)
      fallback_->device().release(buffer.memory);
}

/// Releases what the last launch has wrapped.
void HostLauncher::end() {
  for (DeviceMemory memory : wrapped_)
    fallback_->device().release(memory);
  wrapped_.clear();
}

Status HostLauncher::begin(uint32_t kernel, const Kernel &description,
                           std::span<const DeviceSpan> operands,
                           std::span<const size_t> bytes) {
  end();
  bool has_code = fallback_->has_code(kernel);
  operands_.assign(operands.size(), {});
  if (buffers_.size() < operands.size())
    buffers_.resize(operands.size());
  for (size_t k = 0; k < operands.size(); ++k) {
    bool weight = !description.operands[k].written &&
                  place_weight(operands_[k], operands[k], bytes[k], has_code);
    if (!weight)
      TRY(place(operands_[k], buffers_[k], bytes[k], has_code));
  }
  return {};
}

/// Uses the bytes where the package has them; false if they are not a weight's,
/// or the code's device cannot use them there.
bool HostLauncher::place_weight(Operand &operand, const DeviceSpan &span,
                                size_t bytes, bool has_code) {
  std::span<const uint8_t> all = fallback_->weight(span.memory);
  if (bytes == 0 || span.offset > all.size() ||
      bytes > all.size() - span.offset)
    return false;
  // Nothing writes to it: the kernel only reads this operand.
  auto *address = const_cast<uint8_t *>(all.data() + span.offset);
  if (has_code) {
    auto wrapped = fallback_->device().wrap(address, bytes);
    if (!wrapped)
      return false;
    operand.memory = *wrapped;
    wrapped_.push_back(*wrapped);
  }
  operand.address = address;
  operand.is_weight = true;
  return true;
}

Status HostLauncher::place(Operand &operand, Buffer &buffer, size_t bytes,
                           bool has_code) {
  if (!has_code) {
    buffer.words.resize(std::max(buffer.words.size(), (bytes + 7) / 8));
    operand.address = reinterpret_cast<uint8_t *>(buffer.words.data());
    return {};
  }
  Device &device = fallback_->device();
  if (buffer.memory.handle == 0 || buffer.memory.bytes < bytes) {
    if (buffer.memory.handle != 0)
      device.release(buffer.memory);
    buffer.memory = {};
    buffer.memory = TRY(device.allocate(bytes));
  }
  operand.memory = buffer.memory;
  operand.address = static_cast<uint8_t *>(device.host_address(buffer.memory));
  if (!operand.address)
    return Error{ErrorCode::device,
                 "code for fallbacks is for a device whose memory the host "
                 "cannot access"};
  return {};
}

Status HostLauncher::execute(uint32_t kernel, const Kernel &description,
                             std::span<const int64_t> sizes,
                             const InterpreterBudget &budget) {
  if (fallback_->has_code(kernel))
    return run_code(kernel, sizes);
  std::vector<void *> pointers;
  for (const Operand &operand : operands_)
    pointers.push_back(operand.address);
  return interpret(description, {pointers, sizes}, Precision::exact, nullptr,
                   budget);
}

Status HostLauncher::run_code(uint32_t kernel, std::span<const int64_t> sizes) {
  if (!queue_) {
    queue_ = TRY(fallback_->device().create_queue());
    if (stop_)
      queue_->stop_when(*stop_);
  }
  std::vector<DeviceSpan> spans;
  for (const Operand &operand : operands_)
    spans.push_back({operand.memory});
  Status launched = queue_->launch(fallback_->code(), fallback_->number(kernel),
                                   spans, sizes);
  Status finished = queue_->finish();
  TRY(std::move(launched));
  return finished;
}

} // namespace landfall::runtime
