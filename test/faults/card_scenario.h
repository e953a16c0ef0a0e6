//===- card_scenario.h - Cards that are killed or damaged ------*- C++ -*-===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#pragma once

#include "test/faults/scenario.h"

namespace landfall::faults {

/// Scenarios in which a simulated card dies, stops, or finds its command rings
/// changed, while models run. `package` is the path of one for reef.
void add_card_scenarios(std::vector<Scenario> &all, const std::string &package);

} // namespace landfall::faults
