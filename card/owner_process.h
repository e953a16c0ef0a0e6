//===- owner_process.h - Which process has opened a card --------*- C++ -*-===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#pragma once

#include <sys/types.h>
#include <unistd.h>

namespace landfall::card {

/// Remembers the process in which it was made. After a fork the child has a
/// copy of all objects, but the card, its memory, its thread and its socket are
/// the parent's: the child may neither use nor stop them.
class OwnerProcess {
public:
  bool is_this() const { return getpid() == process_; }

private:
  pid_t process_ = getpid();
};

} // namespace landfall::card
