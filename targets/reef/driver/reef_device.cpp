//===- reef_device.cpp - Simulated cards as devices -----------------------===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#include "card/heap_device.h"
#include "targets/reef/driver/card_counters.h"
#include "targets/reef/driver/reef_queue.h"

namespace landfall::reef {

namespace {

std::vector<runtime::PeakRate> peaks(const ChipDescription &chip) {
  std::vector<runtime::PeakRate> rates;
  auto add = [&](uint32_t macs, std::initializer_list<DType> dtypes) {
    for (DType dtype : dtypes)
      if (macs > 0)
        rates.push_back({dtype, macs * chip.cores * (chip.clock_mhz * 1e6)});
  };
  add(chip.macs_f32, {DType::f32});
  add(chip.macs_f16, {DType::f16, DType::bf16});
  add(chip.macs_i8, {DType::i8, DType::u8});
  add(chip.macs_f8, {DType::f8e4m3fn, DType::f8e5m2});
  return rates;
}

class ReefDevice : public card::HeapDevice {
public:
  explicit ReefDevice(std::shared_ptr<ReefCard> card)
      : HeapDevice(card->heap), card_(std::move(card)) {}

  runtime::DeviceDescription describe() const override {
    const ChipDescription &chip = card_->chip;
    return {chip.name,         summary(chip), static_cast<int>(chip.cores),
            chip.dram_bytes(), details(chip), peaks(chip)};
  }
  Result<std::unique_ptr<runtime::Queue>> create_queue() override {
    return ReefQueue::create(card_);
  }
  Result<std::unique_ptr<runtime::Executable>>
  do_load(const Package &package) override {
    return ReefExecutable::load(card_, package);
  }

  Result<runtime::DeviceCounters> counters() override {
    return read_counters(*card_);
  }

private:
  std::shared_ptr<ReefCard> card_;
};

std::vector<std::string> devices() {
  return chip_file::names(built_in_chips());
}

/// "reef2", or "reef:my.chip" for a description of the user's own.
Result<std::unique_ptr<runtime::Device>>
create(std::string_view name, const runtime::DeviceOptions &options) {
  ChipDescription chip = TRY(chip_format.of_device(name));
  auto card = TRY(ReefCard::create(std::move(chip), options));
  return std::unique_ptr<runtime::Device>(
      std::make_unique<ReefDevice>(std::move(card)));
}

} // namespace

extern const runtime::Driver driver;
constinit const runtime::Driver driver = {"reef", devices, create, true, true};

} // namespace landfall::reef
