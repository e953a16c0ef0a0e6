//===- tile_registers.h - Permission to use AMX ----------------*- C++ -*-===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#pragma once

namespace landfall {

/// Asks the operating system for the state of x86's tile registers (AMX), for
/// all threads of the process; asking again is harmless. It refuses if the
/// processor has none, if it does not know them, or if a thread's alternate
/// signal stack is too small for them. Any thread may call this.
/// Source: Linux, Documentation/arch/x86/xstate.rst.
bool may_use_tile_registers();

} // namespace landfall
