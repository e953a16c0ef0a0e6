//===- inject.h - Calls of the system that fail ----------------*- C++ -*-===//
//
// Part of Landfall, under the Apache License v2.0.
//
// A program that links inject.cpp has its functions in place of the C
// library's, in all shared libraries too. While they are armed, calls are
// counted, and one of them, or all from one on, fail as the system might.
//
//===----------------------------------------------------------------------===//
#pragma once

#include <cstdint>

namespace landfall::faults {

enum class Calls : uint8_t {
  memory, ///< malloc and its relatives, mmap, pthread_create.
  files,  ///< open, read, write, fsync, rename, link, stat, memfd, sockets.
};

/// The `number`th call from now on fails, counted from 1; 0: none. With
/// `goes_on`, so do all later ones.
void arm(Calls calls, uint64_t number, bool goes_on);
/// No call fails any more. How many there were since `arm`.
uint64_t disarm();

} // namespace landfall::faults
