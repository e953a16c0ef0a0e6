//===- reef_queue.cpp - An in-order queue of card commands ----------------===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#include "targets/reef/driver/reef_queue.h"

#include <algorithm>

namespace landfall::reef {

Result<std::unique_ptr<runtime::Queue>>
ReefQueue::create(std::shared_ptr<ReefCard> card) {
  uint16_t number = TRY(card->take_queue());
  return std::unique_ptr<runtime::Queue>(
      new ReefQueue(std::move(card), number));
}

Status ReefQueue::do_launch(const runtime::Executable &executable,
                            uint32_t kernel,
                            std::span<const runtime::DeviceSpan> operands,
                            std::span<const int64_t> sizes) {
  TRY(card_->check_owner());
  auto &code = static_cast<const ReefExecutable &>(executable);
  const ReefKernel &launched = code.kernels()[kernel];
  uint64_t record = TRY(write_record(launched, operands, sizes));
  return submit_launch({launched.description, record, code.base(), {}});
}

/// The launch record, then the sizes, then the addresses of the operands: in
/// the order in which kernels read them.
Result<uint64_t>
ReefQueue::write_record(const ReefKernel &kernel,
                        std::span<const runtime::DeviceSpan> operands,
                        std::span<const int64_t> sizes) {
  uint64_t size_bytes = sizes.size() * sizeof(uint64_t);
  uint64_t bytes =
      sizeof(LaunchRecord) + size_bytes + operands.size() * sizeof(uint64_t);
  Scratch::Area scratch = TRY(card_->scratch.at_least(1));
  uint64_t address =
      TRY(card_->heap.allocate(std::max(bytes, launch_lines * line_bytes)));
  uint64_t behind = address + sizeof(LaunchRecord);
  *card_->memory->at<LaunchRecord>(address) = {
      kernel.plan,     kernel.run,    behind + size_bytes, behind,
      scratch.address, scratch.bytes, card_->cycle_limit,  card_->code_version};
  auto *words = card_->memory->at<uint64_t>(behind);
  for (int64_t size : sizes)
    *words++ = static_cast<uint64_t>(size);
  for (runtime::DeviceSpan operand : operands)
    *words++ = card::address_of(operand);
  return address;
}

} // namespace landfall::reef
