//===- card_counters.h - Asking a card what it has counted -----*- C++ -*-===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#pragma once

#include "targets/reef/driver/reef_card.h"

namespace landfall::reef {

/// After all that was submitted before. Engines of the compute cores only.
Result<runtime::DeviceCounters> read_counters(ReefCard &card);

} // namespace landfall::reef
