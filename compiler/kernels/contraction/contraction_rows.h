//===- contraction_rows.h - Loops over the rows to pack --------*- C++ -*-===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#pragma once

#include "compiler/kernels/contraction/contraction_code.h"

#include <functional>

namespace landfall::kernels {

/// Emits the loops over the rows of one side for packing. One loop, the
/// *stream*, is innermost; no guard depends on it, so that guards are evaluated
/// outside.
class RowWalk {
public:
  /// The stream is the last span that no guard uses. If there is none, each row
  /// is a stream of length 1.
  RowWalk(const analysis::Factor &factor,
          const std::vector<analysis::LoopSpan> &rows);

  /// Whether the variable belongs to the stream.
  bool streams(uint32_t variable) const {
    return stream_ < rows_.size() && rows_[stream_].variable == variable;
  }
  /// The stride along the stream, in elements.
  analysis::SizePolynomial
  stream_coefficient(const analysis::Affine &form) const;

  /// A contiguous part of the stream: positions [begin, end). Position p is row
  /// number `first` + p * `step`.
  struct Run {
    llvm::Value *begin, *end;
    llvm::Value *first, *step;
    IndexValues indices; ///< The indices of the other loops.
  };
  /// Emits loops that execute `body` for every run within the interval of row
  /// numbers.
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
  size_t stream_;
};

} // namespace landfall::kernels
