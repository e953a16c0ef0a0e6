//===- beam_search.cpp - Generation by the best sequences -------*- C++ -*-===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#include "frontend/onnx/families/beam_scorer.h"
#include "frontend/onnx/families/softmax.h"
#include "frontend/onnx/families/token_rules.h"
#include "frontend/onnx/support/indexing.h"
#include "frontend/onnx/support/one_element.h"

namespace landfall::frontend {
namespace {

/// [R, V] f32: the logarithms of the next tokens' shares.
Tensor log_shares(Tensor logits, Size words) {
  Builder &b = logits.builder();
  Tensor last =
      b.map({logits.dim(0), words}, DType::f32, [&](std::span<const Scalar> p) {
        return convert(logits.at({p[0], b.scalar(logits.dim(1) - 1), p[1]}),
                       DType::f32);
      });
  return log_softmax_of(Rows::from_axis(last, 1));
}

/// Output `scores` [max_length - S, B, M, V] of the noted steps [steps, R, V]:
/// 0 behind them.
Tensor all_scores(const Decoder &decoder, Tensor noted, Size beams) {
  Builder &b = noted.builder();
  Shape shape = {decoder.max_length() - decoder.prompt(), decoder.batch(),
                 beams, noted.dim(2)};
  return b.map(shape, DType::f32, [&](std::span<const Scalar> p) {
    Scalar row = p[1] * b.scalar(beams) + p[2];
    Scalar inside = p[0] < b.scalar(noted.dim(0));
    return noted.at_or(std::array{p[0], row, p[3]}, inside,
                       b.literal(DType::f32, 0));
  });
}

Size positive(const Node &node, int position, const char *name) {
  constexpr int64_t most = 4096;
  return node.b().read_required(
      one_element(node, node.input(position, name)), 0, {1, most},
      std::string(name) + " must be positive and at most 4096");
}

// The num_beams most likely continuations of each prompt, extended by a token
// at a time (beam search, as Hugging Face's transformers does it)
void search(Node &node, int temperature) {
  Builder &b = node.b();
  std::unique_ptr<Decoder> decoder = make_decoder(node, 9, 10);
  Size beams = positive(node, 3, "num_beams");
  Size count = positive(node, 4, "num_return_sequences");
  b.require(1 - less(beams, count),
            "num_return_sequences must be at most num_beams");
  Tensor penalty = node.optional_input(5, "length_penalty");
  DType real = penalty ? penalty.dtype() : DType::f32;
  BeamScorer scorer(node, *decoder, beams,
                    penalty ? one_element(node, penalty) : penalty);
  TokenRules rules(node, *decoder, {2, 6, 7, 8, 11, temperature}, beams);
  Generation start = decoder->start(beams);
  start.own = scorer.start();
  auto step = [&](Tensor logits, const Generation &last) {
    Tensor shares = log_shares(logits, rules.vocabulary(logits.shape()));
    Tensor allowed = rules.apply(shares, last);
    Tensor sums =
        b.map(allowed.shape(), DType::f32, [&](std::span<const Scalar> p) {
          return allowed.at(p) + scorer.beam_score(last, p[0]);
        });
    BeamScorer::Choice choice = scorer.choose(sums, last);
    Generation next = decoder->advanced(last, choice.tokens, choice.source);
    next.own = choice.own;
    if (node.wants_output(2))
      next.noted = sums;
    return next;
  };
  Generation end = decoder->run(start, step, [&](const Generation &state) {
    return scorer.proceed(state);
  });
  auto [sequences, scores] = scorer.best(end, count);
  auto as_real = [&, real](Tensor x) {
    return b.elementwise(
        {x}, [&](std::span<const Scalar> e) { return convert(e[0], real); });
  };
  node.output(0, sequences);
  node.output(1, as_real(scores));
  if (end.noted)
    node.output(2, as_real(all_scores(*decoder, end.noted, beams)));
}

void beam_search(Node &node) { search(node, -1); }

void whisper_beam_search(Node &node) {
  if (node.wants_output(3) || node.wants_output(4))
    node.unsupported("WhisperBeamSearch with cross_qk or non_speech_probs");
  search(node, 14);
}

} // namespace

LANDFALL_ONNX(beam_search, {"BeamSearch", 1, beam_search, "com.microsoft"},
              {"WhisperBeamSearch", 1, whisper_beam_search, "com.microsoft"})

} // namespace landfall::frontend
