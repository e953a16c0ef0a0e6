//===- atoll_device.cpp - Simulated chips as devices ----------------------===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#include "targets/atoll/driver/atoll_card.h"

#include <fmt/format.h>

namespace landfall::atoll {

namespace {

class AtollQueue final : public card::DirectQueue {
public:
  explicit AtollQueue(std::shared_ptr<AtollCard> card)
      : DirectQueue(*card->memory), card_(std::move(card)) {}

protected:
  Status do_launch(const runtime::Executable &executable, uint32_t kernel,
                   std::span<const runtime::DeviceSpan> operands,
                   std::span<const int64_t> sizes) override {
    if (is_stopped())
      return {};
    const Kernel &description = executable.descriptions()[kernel];
    auto &code = static_cast<const AtollExecutable &>(executable);
    AtollExecutable::Stream stream = TRY(code.stream(kernel, sizes));
    std::vector<uint64_t> addresses;
    for (runtime::DeviceSpan operand : operands)
      addresses.push_back(card::address_of(operand));
    Status status =
        card_->run(stream.programs, addresses, interpreter_budget().stop);
    if (status.ok() || is_stopped())
      return {};
    return Error{ErrorCode::device,
                 fmt::format("{}, kernel '{}': {}", card_->chip.name,
                             description.name, status.error().message)}
        .at(description.origins);
  }

private:
  std::shared_ptr<AtollCard> card_;
};

class AtollDevice final : public runtime::Device {
public:
  explicit AtollDevice(std::shared_ptr<AtollCard> card)
      : card_(std::move(card)) {}

  runtime::DeviceDescription describe() const override {
    const ChipDescription &chip = card_->chip;
    runtime::DeviceDescription text = {
        chip.name,
        fmt::format("simulated, {} core{} at {:g} GHz, {}x{}x{} matrix unit, "
                    "{} KiB for vectors",
                    chip.cores, chip.cores == 1 ? "" : "s",
                    chip.clock_mhz / 1e3, chip.matrix_edge, chip.matrix_edge,
                    chip.matrix_edge, chip.vector_kib),
        int(chip.cores), chip.dram_bytes()};
    for (const tile::MatrixProduct &product : card_->can.products)
      if (product.left == product.right)
        text.peaks.push_back(
            {product.left,
             double(product.per_cycle) * chip.cores * chip.clock_mhz * 1e6});
    return text;
  }
  Result<runtime::DeviceMemory> allocate(size_t bytes) override {
    return runtime::DeviceMemory{TRY(card_->heap.allocate(bytes)), bytes};
  }
  void release(runtime::DeviceMemory memory) override {
    card_->heap.release(memory.handle);
  }
  void *host_address(runtime::DeviceMemory) override { return nullptr; }
  Result<runtime::DeviceMemory> wrap(const void *, size_t) override {
    return Error{ErrorCode::unsupported, "a card has memory of its own"};
  }
  Result<std::unique_ptr<runtime::Queue>> create_queue() override {
    return std::unique_ptr<runtime::Queue>(std::make_unique<AtollQueue>(card_));
  }
  Result<runtime::DeviceCounters> counters() override {
    return card_->counters();
  }

protected:
  Result<std::unique_ptr<runtime::Executable>>
  do_load(const Package &package) override {
    return AtollExecutable::load(card_, package);
  }

private:
  std::shared_ptr<AtollCard> card_;
};

std::vector<std::string> devices() {
  return chip_file::names(built_in_chips());
}

/// "atoll2", or "atoll:my.chip" for a description of the user's own.
Result<std::unique_ptr<runtime::Device>>
create(std::string_view name, const runtime::DeviceOptions &options) {
  auto card = TRY(AtollCard::create(TRY(chip_format.of_device(name)), options));
  return std::unique_ptr<runtime::Device>(
      std::make_unique<AtollDevice>(std::move(card)));
}

} // namespace

extern const runtime::Driver driver;
constinit const runtime::Driver driver = {"atoll", devices, create, true, true};

} // namespace landfall::atoll
