//===- atoll_device.cpp - Simulated chips as devices ----------------------===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#include "card/simulated_device.h"
#include "targets/atoll/driver/encoder.h"
#include "targets/atoll/sim/card.h"

#include <fmt/format.h>

namespace landfall::atoll {

namespace {

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
  return card::make_simulated_device(
      {chip.name,
       hardware,
       int(chip.cores),
       chip.clock_mhz,
       chip.dram_bytes(),
       capabilities(chip),
       card::encode_with<Encoder>,
       {"atoll", chip_format.print(chip), sim::run_card}},
      options);
}

} // namespace

extern const runtime::Driver driver;
constinit const runtime::Driver driver = {"atoll", devices, create, true, true};

} // namespace landfall::atoll
