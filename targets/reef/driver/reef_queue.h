//===- reef_queue.h - An in-order queue of card commands -------*- C++ -*-===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#pragma once

#include "card/ring_queue.h"
#include "targets/reef/driver/reef_executable.h"

namespace landfall::reef {

class ReefQueue final : public card::RingQueue {
public:
  static Result<std::unique_ptr<runtime::Queue>>
  create(std::shared_ptr<ReefCard> card);

protected:
  Status do_launch(const runtime::Executable &executable, uint32_t kernel,
                   std::span<const runtime::DeviceSpan> operands,
                   std::span<const int64_t> sizes) override;

private:
  ReefQueue(std::shared_ptr<ReefCard> card, uint16_t number)
      : RingQueue(card, number), card_(std::move(card)) {}
  Result<uint64_t> write_record(const ReefKernel &kernel,
                                std::span<const runtime::DeviceSpan> operands,
                                std::span<const int64_t> sizes);

  std::shared_ptr<ReefCard> card_;
};

} // namespace landfall::reef
