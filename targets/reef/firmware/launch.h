//===- launch.h - A kernel over the cores ----------------------*- C++ -*-===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#pragma once

#include "targets/reef/firmware/cores.h"
#include "targets/reef/firmware/protocol.h"

namespace landfall::reef {

/// Plans the kernel, deals its tasks to the cores and waits for all. Fills the
/// completion's status and what belongs to it. The record has been checked.
void launch(Cores &cores, const LaunchRecord &record, Completion &completion);

} // namespace landfall::reef
