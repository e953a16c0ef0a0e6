//===- fault_text.h - Error messages for a card's failures -----*- C++ -*-===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#pragma once

#include "package/kernel.h"
#include "targets/reef/firmware/protocol.h"

namespace landfall::reef {

/// "load access fault", of a FaultCause.
std::string cause_text(uint32_t cause);

/// The error of a core that stopped in a kernel whose code begins at
/// `code_base`: cause, core, address, instruction, and the model nodes.
Error fault_error(const std::string &device, const Completion &completion,
                  const Kernel &kernel, uint64_t code_base);

/// The error of a launch that exceeded its cycle limit.
Error timeout_error(const std::string &device, const Completion &completion,
                    const Kernel &kernel, uint64_t code_base);

} // namespace landfall::reef
