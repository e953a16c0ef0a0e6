//===- byte_box.h - Bytes that an instruction touches ----------*- C++ -*-===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <span>

namespace landfall::sim_kit {

/// The most dimensions of a box, besides its runs of bytes.
inline constexpr size_t max_box_rank = 4;

/// One dimension of a strided box. The stride is in bytes; it may be 0 or
/// negative. Counts are below 2^40.
struct Stride {
  uint64_t count = 1;
  int64_t stride = 0;
  friend bool operator==(const Stride &, const Stride &) = default;
};

/// A set of bytes of one memory: runs of bytes at strided places. Kept in a
/// form with the fewest dimensions: strides are positive and ascending, and
/// longer than the run.
class ByteBox {
public:
  ByteBox() = default; ///< No bytes.
  /// Runs of `run_bytes` at address + the sum of index * stride over the
  /// dimensions, of which there are at most max_box_rank. Nothing if a byte is
  /// outside [0, memory_bytes).
  static std::optional<ByteBox> make(int64_t address, uint64_t run_bytes,
                                     std::span<const Stride> dimensions,
                                     uint64_t memory_bytes);

  bool empty() const { return begin_ == end_; }
  uint64_t begin() const { return begin_; } ///< The first byte.
  uint64_t end() const { return end_; }     ///< Behind the last byte.
  /// The number of runs, and the bytes of each, as DMA engines move them.
  uint64_t runs() const;
  uint64_t run_bytes() const { return run_; }
  /// Calls visit(begin, end) for each run.
  template <typename Visit> void for_each_run(const Visit &visit) const {
    if (!empty())
      visit_runs(rank_, begin_, visit);
  }

  /// Whether the sets share a byte: exact.
  friend bool overlaps(const ByteBox &a, const ByteBox &b);
  friend bool operator==(const ByteBox &, const ByteBox &) = default;

private:
  template <typename Visit>
  void visit_runs(size_t rank, uint64_t from, const Visit &visit) const {
    if (rank == 0)
      return visit(from, from + run_);
    for (uint64_t k = 0; k < dims_[rank - 1].count; ++k)
      visit_runs(rank - 1, from + k * dims_[rank - 1].stride, visit);
  }
  void merge_runs();
  bool touches(size_t rank, uint64_t from, uint64_t begin, uint64_t end) const;
  bool any_run_touches(size_t rank, uint64_t from, const ByteBox &other) const;

  uint64_t begin_ = 0, end_ = 0;
  uint64_t run_ = 0;
  size_t rank_ = 0;
  std::array<Stride, max_box_rank> dims_ = {}; ///< Ascending strides.
};

} // namespace landfall::sim_kit
