//===- launch.h - Running a kernel on the cores ----------------*- C++ -*-===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#pragma once

#include "targets/reef/firmware/cores.h"
#include "targets/reef/firmware/protocol.h"

namespace landfall::reef {

/// Runs the plan function, distributes the kernel's tasks over the cores and
/// waits for all. Sets the completion's status and its details. The record must
/// have been validated.
void launch(Cores &cores, const LaunchRecord &record, Completion &completion);

} // namespace landfall::reef
