//===- generation.h - Decoders that generate tokens -------------*- C++ -*-===//
//
// Part of Landfall, under the Apache License v2.0.
//
// What ONNX Runtime's operators share that run a decoder as a subgraph, token
// after token (GreedySearch, BeamSearch, Sampling). A row is a sequence that is
// being generated: R of them, one a beam of each batch entry.
//
//===----------------------------------------------------------------------===//
#pragma once

#include "frontend/onnx/importer/operator.h"

namespace landfall::frontend {

/// The sequences so far and what the decoder is given next. Decoders with an
/// encoder have no positions and no mask of their own: those tensors are
/// absent.
struct Generation {
  Tensor ids;           ///< [R, n] i32: the decoder's next tokens.
  Tensor positions;     ///< [R, n] i32
  Tensor mask;          ///< [R, past + n] i32: 0 for padding.
  Tensor next_position; ///< [R] i32
  Tensor sequences;     ///< [R, max_length] i32, the pad token behind `length`.
  Tensor length;        ///< [] i64: tokens in each sequence.
  Tensors past;         ///< The states that the decoder gives and takes.
  Tensors own;          ///< The operator's own state.
  Tensor noted;         ///< Not carried, but stacked over all steps; or absent.

  /// As the values that a loop carries.
  std::vector<Any> carried() const;
  /// The state of this one's form with these values, without `noted`.
  Generation with(std::span<const Any> carried) const;
};

/// The node's decoder, and the operands that say where it starts and ends.
class Decoder {
public:
  virtual ~Decoder() = default;

  Size batch() const { return batch_; }
  Size prompt() const { return prompt_; } ///< Tokens that are given.
  Size max_length() const { return max_length_; }
  int32_t pad() const { return pad_; }
  int32_t eos() const { return eos_; }

  /// Each prompt in `beams` rows. Called once, before all else.
  virtual Generation start(Size beams) = 0;

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

protected:
  explicit Decoder(const Node &node);
  /// Binds the extents, and the operand `max_length` with them.
  void bind(Size batch, Size prompt);

  /// The values of the inputs of a decoder's graph.
  virtual std::vector<Any> inputs(const Graph &graph,
                                  const Generation &state) const = 0;
  /// The dimension of the states `past` that counts rows.
  virtual size_t row_axis() const = 0;
  /// The state after a first step that is not one of the decoder's graph.
  virtual std::optional<Generation> first_step(const Generation &start,
                                               const Step &step) const = 0;
  /// `next.ids` and all that goes with them, after `tokens` were chosen.
  virtual void feed(Generation &next, const Generation &last, Tensor tokens,
                    Tensor source) const = 0;
  /// A step whose logits and states are the results of this graph.
  Generation once(const Graph &graph, const Generation &state,
                  const Step &step) const;
  /// The start's sequences, [R, max_length], of prompts [B, prompt].
  Tensor sequences(Tensor ids, Size beams) const;
  Tensor column(Tensor x) const; ///< [R] as [R, 1].
  /// The operand attention_mask at `position`, of the shape of the operand
  /// input_ids; absent if it is.
  Tensor attention_mask(int position, Tensor ids) const;
  /// A state of this shape, one of whose extents is 0.
  Tensor no_past(const Shape &shape, DType dtype) const;

  const Node &node_;
  Builder &b;
  const Graph &graph_;

private:
  Size batch_ = 0, prompt_ = 0, max_length_ = 0;
  int32_t pad_, eos_;
};

/// x [B, ...] with each entry `times` times: [B * times, ...].
Tensor repeated(Tensor x, Size times);

/// The node's decoder, of the kind that its `model_type` names: 0 like GPT-2,
/// 1 with an encoder of text like T5, 2 with one of sound like Whisper.
/// `attention_mask`, `decoder_input_ids`: positions of these operands, or -1.
std::unique_ptr<Decoder> make_decoder(const Node &node, int attention_mask,
                                      int decoder_input_ids = -1);

} // namespace landfall::frontend
