//===- atoll_device.cpp - Simulated chips as devices ----------------------===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#include "card/simulated_device.h"
#include "targets/atoll/driver/encoder.h"
#include "targets/atoll/sim/core.h"

#include <fmt/format.h>

namespace landfall::atoll {

namespace {

Result<std::vector<uint8_t>> encode(const tile::Capabilities &can,
                                    const card::Emit &emit) {
  Encoder encoder(can.products);
  TRY(emit(encoder));
  std::span code = encoder.instructions();
  auto *begin = reinterpret_cast<const uint8_t *>(code.data());
  return std::vector<uint8_t>(begin, begin + code.size_bytes());
}

std::vector<std::string> devices() {
  return chip_file::names(built_in_chips());
}

/// "atoll2", or "atoll:my.chip" for a description of the user's own.
Result<std::unique_ptr<runtime::Device>>
create(std::string_view name, const runtime::DeviceOptions &options) {
  ChipDescription chip = TRY(chip_format.of_device(name));
  std::string hardware = fmt::format(
      "{} core{} at {:g} GHz, {}x{}x{} matrix unit, {} KiB for vectors",
      chip.cores, chip.cores == 1 ? "" : "s", chip.clock_mhz / 1e3,
      chip.matrix_edge, chip.matrix_edge, chip.matrix_edge, chip.vector_kib);
  auto make_core = [chip](std::span<uint8_t> dram, sim_kit::DramClock &clock) {
    return std::make_unique<sim::Core>(chip, dram, clock);
  };
  return card::make_simulated_device({"atoll", chip.name, hardware, chip.cores,
                                      chip.clock_mhz, chip.dram_bytes(),
                                      chip.dram_gb_per_s, capabilities(chip),
                                      encode, make_core},
                                     options);
}

} // namespace

extern const runtime::Driver driver;
constinit const runtime::Driver driver = {"atoll", devices, create, true, true};

} // namespace landfall::atoll
