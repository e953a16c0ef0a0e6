//===- card_memory.cpp - The card's DRAM through the host's window --------===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#include "card/card_memory.h"

#include <cerrno>
#include <cstring>
#include <fmt/format.h>
#include <sys/mman.h>
#include <unistd.h>

namespace landfall::card {

Result<std::unique_ptr<CardMemory>> CardMemory::create(uint64_t bytes,
                                                       uint64_t first_address) {
  auto refused = [&] {
    return Error{ErrorCode::out_of_memory,
                 fmt::format("the system gives no {} bytes for the memory of a "
                             "simulated card: {}",
                             bytes, std::strerror(errno))};
  };
  int descriptor = memfd_create("landfall-card", MFD_CLOEXEC);
  if (descriptor < 0)
    return refused();
  void *base = MAP_FAILED;
  if (ftruncate(descriptor, static_cast<off_t>(bytes)) == 0)
    base = mmap(nullptr, bytes, PROT_READ | PROT_WRITE,
                MAP_SHARED | MAP_NORESERVE, descriptor, 0);
  if (base == MAP_FAILED) {
    Error error = refused();
    close(descriptor);
    return error;
  }
  return std::unique_ptr<CardMemory>(new CardMemory(
      descriptor, static_cast<uint8_t *>(base), bytes, first_address));
}

CardMemory::~CardMemory() {
  munmap(base_, bytes_);
  close(descriptor_);
}

} // namespace landfall::card
