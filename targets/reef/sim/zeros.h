//===- zeros.h - Large memory that is zero until used ----------*- C++ -*-===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#pragma once

#include <cstddef>
#include <cstdint>
#include <new>
#include <sys/mman.h>

namespace landfall::reef::sim {

/// Zeroed memory, whose pages the system allocates on first access: a chip has
/// megabytes of scratchpad, of which most runs use little.
class Zeros {
public:
  explicit Zeros(size_t bytes)
      : bytes_(bytes),
        data_(mmap(nullptr, bytes, PROT_READ | PROT_WRITE,
                   MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0)) {
    if (data_ == MAP_FAILED)
      throw std::bad_alloc();
  }
  ~Zeros() { munmap(data_, bytes_); }
  Zeros(const Zeros &) = delete;
  Zeros &operator=(const Zeros &) = delete;

  uint8_t *data() const { return static_cast<uint8_t *>(data_); }

private:
  size_t bytes_;
  void *data_;
};

} // namespace landfall::reef::sim
