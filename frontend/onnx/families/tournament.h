//===- tournament.h - The best of many entries, one by one ------*- C++ -*-===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#pragma once

#include "frontend/onnx/importer/operator.h"

namespace landfall::frontend {

/// Inside a `loops` body: takes entries, the greatest key first and of equal
/// ones the lowest number. About sqrt(n) blocks of entries have a place each
/// for the best one that they have left, so that an entry costs two passes
/// over sqrt(n) numbers, which have no branches and fill vectors: for up to
/// millions of entries no more than a heap does, which takes all of them to
/// make.
class Tournament {
public:
  struct Entries {
    Size count;     ///< Below entry_limit.
    DType key_type; ///< i32 or i64 (order_key.h).
    std::function<Scalar(Scalar entry)> key;
    std::function<Scalar(Scalar entry)> takes_part; ///< Absent: all do.
  };
  static constexpr int64_t entry_limit = int64_t(1) << 32;

  /// The shapes of the i64 buffers that a tournament in each point of `outer`
  /// needs are outer and these extents.
  static Shape places(Size count, DType key_type);

  /// `places` accesses the point's part of the buffer. Finds the best of each
  /// block.
  Tournament(Builder &b, Entries entries, Buffer places, Scalars point);

  /// The next entry; entries.count if none is left. `again`: whether there will
  /// be another call.
  Scalar next(Scalar again);

private:
  using Beyond = std::function<Scalar(Scalar key, Scalar entry)>;

  bool is_narrow() const { return entries_.key_type == DType::i32; }
  Scalar place(int word, Scalar block) const;
  void set_place(int word, Scalar block, Scalar value);
  Scalar best_place(ScalarOp best, Scalar neutral,
                    const std::function<Scalar(Scalar)> &value) const;
  Scalar best_over(Scalar low, Scalar high, ScalarOp best, Scalar neutral,
                   const std::function<Scalar(Scalar)> &value) const;
  Scalar rank(Scalar entry) const;
  void refill_narrow(Scalar block, const std::function<Scalar(Scalar)> &left);
  void refill_wide(Scalar block, const Beyond &beyond);
  Scalar next_narrow(Scalar again);
  Scalar next_wide(Scalar again);

  Builder &b_;
  Entries entries_;
  Buffer places_;
  Scalars point_;
  Scalar count_, shift_, blocks_;
};

} // namespace landfall::frontend
