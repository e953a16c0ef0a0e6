//===- generation.h - Decoders that generate tokens -------------*- C++ -*-===//
//
// Part of Landfall, under the Apache License v2.0.
//
// What ONNX Runtime's operators share that run a decoder of GPT-2's kind as a
// subgraph, token after token (GreedySearch, BeamSearch, Sampling). A row is a
// sequence that is being generated: R of them, one a beam of each batch entry.
//
//===----------------------------------------------------------------------===//
#pragma once

#include "frontend/onnx/importer/operator.h"

namespace landfall::frontend {

/// The sequences so far and what the decoder is given next.
struct Generation {
  Tensor ids;           ///< [R, n] i32: the tokens since the last step.
  Tensor positions;     ///< [R, n] i32
  Tensor mask;          ///< [R, past + n] i32: 0 for padding.
  Tensor next_position; ///< [R] i32
  Tensor sequences;     ///< [R, max_length] i32, the pad token behind `length`.
  Tensor length;        ///< [] i64: tokens in each sequence.
  Tensors past;         ///< One a layer, [2, R, heads, past, head size].
  Tensors own;          ///< The operator's own state.
  Tensor noted;         ///< Not carried, but stacked over all steps; or absent.

  /// As the values that a loop carries, and back.
  std::vector<Any> carried() const;
  static Generation from(std::span<const Any> carried, size_t layers);
};

/// The node's operands `input_ids` [B, S] and `max_length`, and its decoder.
class Decoder {
public:
  /// `attention_mask`: the operand's position.
  Decoder(const Node &node, int attention_mask);

  Size batch() const { return ids_.dim(0); }
  Size prompt() const { return ids_.dim(1); }
  Size max_length() const { return max_length_; }
  int32_t pad() const { return pad_; }
  int32_t eos() const { return eos_; }

  /// Each prompt in `beams` rows; masked where it is padding.
  Generation start(Size beams) const;

  /// What a step makes of the decoder's logits [R, n, V] and presents.
  using Step = std::function<Generation(Tensor logits, const Generation &)>;
  /// Runs steps until the sequences have max_length tokens or `proceed` of the
  /// state (bool, rank 0) is false. What the steps noted is stacked, [steps,
  /// ...].
  Generation
  run(const Generation &start, const Step &step,
      const std::function<Tensor(const Generation &)> &proceed) const;

  /// The state after each row r goes on with tokens[r], as a continuation of
  /// row source[r] (absent: its own).
  Generation advanced(const Generation &last, Tensor tokens,
                      Tensor source) const;

private:
  Generation once(const Graph &graph, const Generation &state,
                  const Step &step) const;

  const Node &node_;
  Builder &b;
  const Graph &graph_;
  Tensor ids_, given_mask_;
  Size max_length_;
  int32_t pad_, eos_;
};

} // namespace landfall::frontend
