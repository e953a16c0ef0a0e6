//===- card_counters.h - Reading a card's counters -------------*- C++ -*-===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#pragma once

#include "targets/reef/driver/reef_card.h"

namespace landfall::reef {

/// Reads the card's counters once all commands submitted so far are done. The
/// management core's engines are not included.
Result<runtime::DeviceCounters> read_counters(ReefCard &card);

} // namespace landfall::reef
