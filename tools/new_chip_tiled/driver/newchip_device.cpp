//===- newchip_device.cpp - Simulated chips as devices --------------------===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#include "card/simulated_device.h"
#include "targets/newchip/driver/encoder.h"
#include "targets/newchip/sim/card.h"

#include <fmt/format.h>

namespace landfall::newchip {

namespace {

std::vector<std::string> devices() {
  return chip_file::names(built_in_chips());
}

/// "newchip1", or "newchip:my.chip" for a description of the user's own.
Result<std::unique_ptr<runtime::Device>>
create(std::string_view name, const runtime::DeviceOptions &options) {
  ChipDescription chip = TRY(chip_format.of_device(name));
  std::string hardware =
      fmt::format("{} cores at {:g} GHz, {}x{} matrix unit", chip.cores,
                  chip.clock_mhz / 1e3, chip.matrix_edge, chip.matrix_edge);
  return card::make_simulated_device(
      {chip.name,
       hardware,
       int(chip.cores),
       chip.clock_mhz,
       chip.dram_bytes(),
       capabilities(chip),
       card::encode_with<Encoder>,
       {"newchip", chip_format.print(chip), sim::run_card}},
      options);
}

} // namespace

extern const runtime::Driver driver;
constinit const runtime::Driver driver = {"newchip", devices, create, true,
                                          true};

} // namespace landfall::newchip
