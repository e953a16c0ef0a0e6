//===- greedy_search.cpp - Generation one token after the other -*- C++ -*-===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#include "frontend/onnx/families/nucleus.h"
#include "frontend/onnx/families/token_rules.h"
#include "frontend/onnx/support/compute_type.h"

namespace landfall::frontend {
namespace {

/// [R, V] f32: the logits of the last token.
Tensor last_logits(Tensor logits, Size words) {
  Builder &b = logits.builder();
  return b.map(
      {logits.dim(0), words}, DType::f32, [&](std::span<const Scalar> p) {
        return convert(logits.at({p[0], b.scalar(logits.dim(1) - 1), p[1]}),
                       DType::f32);
      });
}

/// [R] i32: the token with the largest score, the first of equals.
Tensor best_tokens(Tensor scores) {
  Builder &b = scores.builder();
  return b.map({scores.dim(0)}, DType::i32, [&](std::span<const Scalar> p) {
    Scalar first = scores.at({p[0], b.index(0)});
    Scalar best =
        b.fold({scores.dim(1)}, {first, b.index(0)},
               [&](std::span<const Scalar> w, std::span<const Scalar> so_far) {
                 Scalar score = scores.at({p[0], w[0]});
                 Scalar better = score > so_far[0];
                 return Scalars{select(better, score, so_far[0]),
                                select(better, w[0], so_far[1])};
               })[1];
    return cast(best, DType::i32);
  });
}

/// The next tokens [R] i32 by their scores [R, V].
using Choice = std::function<Tensor(Tensor scores, const Generation &last)>;

/// Each sequence goes on with the tokens of `choose` until that is the end; the
/// end and what follows are the pad token.
void generate(Node &node, const RuleOperands &operands, const Choice &choose) {
  Builder &b = node.b();
  std::unique_ptr<Decoder> decoder = make_decoder(node, 6);
  TokenRules rules(node, *decoder, operands, 1);
  Generation start = decoder->start(1);
  start.own = {
      b.map({decoder->batch()}, DType::boolean, [&](std::span<const Scalar>) {
        return b.literal_int(DType::boolean, 0);
      })};
  auto step = [&](Tensor logits, const Generation &last) {
    Size words = rules.vocabulary(logits.shape());
    b.require(less(0, words), "the vocabulary is empty");
    Tensor best = choose(rules.apply(last_logits(logits, words), last), last);
    Tensor ended =
        b.elementwise({best, last.own[0]}, [&](std::span<const Scalar> e) {
          return logical_or(e[0] == double(decoder->eos()), e[1]);
        });
    Tensor tokens =
        b.elementwise({best, ended}, [&](std::span<const Scalar> e) {
          return select(e[1], b.literal_int(DType::i32, decoder->pad()), e[0]);
        });
    Generation next = decoder->advanced(last, tokens, {});
    next.own = {ended};
    return next;
  };
  auto proceed = [&](const Generation &state) {
    return b.map({}, DType::boolean, [&](std::span<const Scalar>) {
      return min_of(b, {decoder->batch()}, DType::i32,
                    [&](std::span<const Scalar> p) {
                      return cast(state.own[0].at(p), DType::i32);
                    }) == 0;
    });
  };
  node.output(decoder->run(start, step, proceed).sequences);
}

// The token of the largest logit is next
void greedy_search(Node &node) {
  generate(node, {2, 3, 4, 5}, [](Tensor scores, const Generation &) {
    return best_tokens(scores);
  });
}

// The next token is drawn from the likeliest ones, whose shares make up top_p
void sampling(Node &node) {
  Nucleus nucleus(node, 8);
  RuleOperands operands{2, 3, 4, 5};
  operands.presence_mask = 7;
  generate(node, operands, [&](Tensor scores, const Generation &last) {
    return nucleus.draw(scores, last.length);
  });
}

} // namespace

LANDFALL_ONNX(greedy_search,
              {"GreedySearch", 1, greedy_search, "com.microsoft"},
              {"Sampling", 1, sampling, "com.microsoft"})

} // namespace landfall::frontend
