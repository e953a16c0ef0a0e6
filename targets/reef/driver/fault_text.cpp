//===- fault_text.cpp - Error messages for a card's failures --------------===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#include "targets/reef/driver/fault_text.h"
#include "riscv/hart.h"

#include <fmt/format.h>

namespace landfall::reef {

std::string cause_text(uint32_t cause) {
  switch (static_cast<riscv::FaultCause>(cause)) {
  case riscv::FaultCause::none:
    break;
  case riscv::FaultCause::illegal_instruction:
    return "illegal instruction";
  case riscv::FaultCause::load_access:
    return "load access fault";
  case riscv::FaultCause::store_access:
    return "store access fault";
  case riscv::FaultCause::fetch_access:
    return "fetch access fault";
  case riscv::FaultCause::misaligned:
    return "misaligned access";
  case riscv::FaultCause::breakpoint:
    return "breakpoint";
  case riscv::FaultCause::race:
    return "race with a DMA transfer that has not been waited for";
  }
  return fmt::format("fault of unknown cause {}", cause);
}

Error fault_error(const std::string &device, const Completion &completion,
                  const Kernel &kernel, uint64_t code_base) {
  return Error{ErrorCode::device,
               fmt::format("{}: core {} stopped in kernel '{}': {} at address "
                           "{:#x}, instruction {:#010x} at pc {:#x} (code "
                           "offset {:#x}); results of the run are lost, and "
                           "the core has been restarted",
                           device, completion.core, kernel.name,
                           cause_text(completion.detail), completion.address,
                           completion.instruction, completion.pc,
                           completion.pc - code_base)}
      .at(kernel.origins);
}

Error timeout_error(const std::string &device, const Completion &completion,
                    const Kernel &kernel, uint64_t code_base) {
  return Error{ErrorCode::device,
               fmt::format("{}: kernel '{}' had not ended after {} cycles and "
                           "was stopped; core {} was at pc {:#x} (code offset "
                           "{:#x}); results of the run are lost, and the cores "
                           "have been restarted; if it needs so long, set a "
                           "longer timeout",
                           device, kernel.name,
                           completion.end - completion.begin, completion.core,
                           completion.pc, completion.pc - code_base)}
      .at(kernel.origins);
}

} // namespace landfall::reef
