//===- contraction_rows.h - Loops over the rows to pack --------*- C++ -*-===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#pragma once

#include "compiler/kernels/contraction/contraction_code.h"

#include <functional>

namespace landfall::kernels {

/// Emits the loops over the rows of a PackSide (contraction_pack.h). One of the
/// row loops, the *stream*, is emitted as the innermost loop whatever its place
/// in the kernel. It is one that no guard depends on, so that guards are
/// evaluated outside of it.
class RowWalk {
public:
  /// The stream is the innermost of the `rows` spans that no guard uses. If all
  /// are used by guards, each row is a stream of length 1.
  RowWalk(const analysis::Factor &factor,
          const std::vector<analysis::LoopSpan> &rows);

  /// Whether the stream is the loop of this variable.
  bool streams(uint32_t variable) const {
    return stream_ < rows_.size() && rows_[stream_].variable == variable;
  }
  /// The difference of a form between neighbouring positions of the stream; 0
  /// if there is no stream.
  analysis::SizePolynomial
  stream_coefficient(const analysis::Affine &form) const;

  /// Positions [begin, end) of the stream, at fixed indices of the other row
  /// loops. Position p is row number `first + p * step` in the flattened rows.
  /// All values are i64.
  struct Run {
    llvm::Value *begin, *end;
    llvm::Value *first, *step;
    IndexValues indices; ///< The indices of the other row loops.
  };
  /// Emits the row loops but for the stream. Each iteration executes `body` for
  /// one run, cut to the given interval of flattened row numbers (and thus
  /// possibly empty); `body` emits the loop over its positions.
  void emit(SizeCode &sizes, const Interval &interval,
            const std::function<void(const Run &)> &body) const;

private:
  analysis::SizePolynomial extent(size_t begin, size_t end) const;
  void emit_inner(SizeCode &sizes, const Interval &interval, size_t span,
                  llvm::Value *inner, Run run,
                  const std::function<void(const Run &)> &body) const;
  void emit_run(SizeCode &sizes, const Interval &interval, Run run,
                const std::function<void(const Run &)> &body) const;

  std::vector<analysis::LoopSpan> rows_;
  size_t stream_; ///< The number of the stream's span; rows_.size(): none.
};

} // namespace landfall::kernels
