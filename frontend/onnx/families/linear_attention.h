//===- linear_attention.h - Attention as a recurrence -----------*- C++ -*-===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#pragma once

#include "frontend/onnx/families/attention.h"

namespace landfall::frontend {

/// Per sequence and head, a state S [dk, dv] is carried along the tokens:
///   S = decay_t * S                     (by head or by row of S)
///   u_t = beta_t * (v_t - S^T k_t), or v_t without beta
///   S = S + k_t u_t^T
///   o_t = scale * S^T q_t
/// All in f32. The columns of S are independent of each other, so each runs on
/// its own.
struct LinearAttention {
  /// A token of a sequence, and one column of its head's state.
  struct Place {
    Scalar sequence, head, column, token;
  };

  Builder &b;
  Heads q, k, v; ///< `k` and `v` by head of the state.
  std::function<Scalar(const Place &place, Scalar row)> decay; ///< Or absent.
  std::function<Scalar(const Place &place)> beta;              ///< Or absent.
  double scale;    ///< 0: by head size.
  Size group;      ///< Query heads to a head of the state.
  bool rows_first; ///< The state is [batch, heads, dk, dv], or dv before dk.
  /// The query head that is member number `member` of the state's group.
  std::function<Scalar(Scalar head, Scalar member)> query_head;
  /// Where the result of a head (of `group` for each of the state's) is stored.
  std::function<Scalars(const Place &place, Scalar result_head)> output_at;
  /// Tokens of a sequence; absent: k.length.
  std::function<Scalar(Scalar sequence)> length = {};
  /// Called after each token with u_t of the column.
  std::function<void(std::span<const Buffer> results, const Place &place,
                     Scalar update)>
      observe = {};

  Scalar f32(Scalar x) const { return convert(x, DType::f32); }
  Shape state_shape() const;
  /// Where S[row, column] is.
  Scalars state_at(const Place &place, Scalar row) const;
  /// Runs over all tokens into results[0], the output, and results[1], which
  /// holds the first state (f32) and becomes the last; `observe` may fill the
  /// others.
  Tensors run(std::span<const LoopsResult> results) const;

private:
  void step(std::span<const Buffer> results, const Place &place) const;
  Scalar decay_and_recall(const Buffer &state, const Place &place) const;
  void write(const Buffer &state, const Place &place, Scalar update) const;
  void read(const Buffer &state, const Buffer &output,
            const Place &place) const;
};

} // namespace landfall::frontend
