//===- signals.h - Emulating instructions in signal handlers ---*- C++ -*-===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#pragma once

#include "targets/reef/test/kernel_runner/system.h"

namespace landfall::reef::runner {

enum class Signal : long { illegal_instruction = 4, segmentation_fault = 11 };

/// `x`: the program counter in x[0], then x1 to x31, as they will be after the
/// handler. `address`: what could not be accessed.
using Handler = void (*)(uint64_t *x, uint64_t address);

/// Offsets of the registers and the fault address in Linux's signal frame.
constexpr size_t registers_in_context = 176, address_in_information = 16;

template <Handler handler>
void on_signal(int, const uint8_t *information, uint8_t *context) {
  uint64_t address;
  __builtin_memcpy(&address, information + address_in_information,
                   sizeof(address));
  handler(reinterpret_cast<uint64_t *>(context + registers_in_context),
          address);
}

template <Handler handler> void handle(Signal signal) {
  struct Action { // As rt_sigaction takes it.
    void (*function)(int, const uint8_t *, uint8_t *);
    uint64_t flags, mask;
  };
  constexpr uint64_t with_context = 4;
  Action action = {on_signal<handler>, with_context, 0};
  system_call(134, static_cast<long>(signal), reinterpret_cast<long>(&action),
              0, sizeof(action.mask));
}

} // namespace landfall::reef::runner
