//===- token_rules.cpp - Which tokens may come next -----------------------===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//

#include "frontend/onnx/families/token_rules.h"

#include "frontend/onnx/families/timestamp_rules.h"
#include "frontend/onnx/support/indexing.h"
#include "frontend/onnx/support/one_element.h"

#include <limits>

namespace landfall::frontend {

TokenRules::TokenRules(const Node &node, const Decoder &decoder,
                       const RuleOperands &operands, Size beams)
    : node_(node), b(node.b()), decoder_(decoder), beams_(beams),
      ngram_(node.int_attr("no_repeat_ngram_size", 0)) {
  auto scalar = [&](int position, const char *name) {
    bool given = position >= 0 && node.has_input(position);
    return given ? one_element(node, node.input(position, name)) : Tensor();
  };
  min_length_ = scalar(operands.min_length, "min_length");
  penalty_ = scalar(operands.repetition_penalty, "repetition_penalty");
  mask_ = node.optional_input(operands.vocab_mask, "vocab_mask", 1);
  prefix_mask_ =
      node.optional_input(operands.prefix_vocab_mask, "prefix_vocab_mask", 2);
  temperature_ = scalar(operands.temperature, "temperature");
  if (operands.presence_mask >= 0)
    presence_ = node.optional_input(operands.presence_mask, "presence_mask", 2);
  if (Tensor kind = scalar(operands.logits_processor, "logits_processor"))
    processor_ = b.read_required(kind, 0, {0, INT32_MAX},
                                 "logits_processor must not be negative");
  node.expect(ngram_ >= 0, "no_repeat_ngram_size must not be negative");
}

Size TokenRules::vocabulary(const Shape &logits) const {
  int64_t given = node_.int_attr("vocab_size", -1);
  if (given <= 0)
    return logits.back();
  b.require(1 - less(logits.back(), given),
            "vocab_size exceeds the decoder's vocabulary");
  return given;
}

/// What Marks say of a token: that it is in the sequence, or must not be next.
enum : uint8_t { seen = 1, repeats = 2 };

/// [R, V] u8
Tensor TokenRules::marks(const Generation &state, Size vocabulary) const {
  Shape shape = {state.sequences.dim(0), vocabulary};
  Tensor none = b.map(shape, DType::u8, [&](std::span<const Scalar>) {
    return b.literal_int(DType::u8, 0);
  });
  auto token = [&](Scalar row, Scalar at) {
    return state.sequences.at({row, at});
  };
  // Whether the ngram - 1 tokens from `at` on are the last ones.
  auto like_the_end = [&](Scalar row, Scalar at, Scalar length) {
    Scalar start = length - double(ngram_ - 1);
    Scalar others = sum(b, {ngram_ - 1}, DType::i64, [&](auto k) {
      Scalar same = token(row, at + k[0]) == token(row, start + k[0]);
      return cast(logical_not(same), DType::i64);
    });
    return others == 0;
  };
  LoopsResult result{DType::u8, shape, none};
  return b.loops(
      {shape[0]}, {&result, 1},
      [&](std::span<const Scalar> row, std::span<const Buffer> out) {
        Scalar length = state.length.at({}), zero = b.index(0);
        auto mark = [&](Scalar at, uint8_t bit) {
          Scalar word = cast(token(row[0], at), DType::i64);
          b.check(logical_and(word >= 0, word < b.scalar(vocabulary)),
                  "a sequence holds a token without a score", "token", word);
          Scalar old = out[0].at({row[0], word});
          out[0].store({row[0], word}, old | b.literal_int(DType::u8, bit));
        };
        if (penalty_)
          b.fold_to(zero, length, {}, [&](Scalar j, std::span<const Scalar>) {
            mark(j, seen);
            return Scalars();
          });
        if (ngram_ == 0)
          return;
        Scalar places = maximum(length - double(ngram_ - 1), 0);
        b.fold_to(zero, places, {}, [&](Scalar j, std::span<const Scalar>) {
          b.branch(
              like_the_end(row[0], j, length),
              [&] {
                mark(j + double(ngram_ - 1), repeats);
                return Scalars();
              },
              [] { return Scalars(); });
          return Scalars();
        });
      })[0];
}

/// By the masks and the least length; empty: nothing is.
Scalar TokenRules::forbidden(std::span<const Scalar> p,
                             const Generation &state) const {
  Scalar length = state.length.at({}), result;
  auto also = [&](Scalar condition) {
    result = result ? logical_or(result, condition) : condition;
  };
  if (mask_)
    also(mask_.at({p[1]}) == 0);
  if (prefix_mask_) {
    Scalar first = length == b.scalar(decoder_.prompt());
    Scalar entry = p[0] / b.scalar(beams_);
    also(logical_and(first, prefix_mask_.at({entry, p[1]}) == 0));
  }
  if (min_length_)
    also(logical_and(length < cast(min_length_.at({}), DType::i64),
                     p[1] == double(decoder_.eos())));
  return result;
}

void TokenRules::require_shapes(Size words) const {
  if (mask_)
    require_equal(b, mask_.dim(0), words, "vocab_mask needs an entry a token");
  if (prefix_mask_) {
    require_equal(b, prefix_mask_.dim(0), decoder_.batch(),
                  "prefix_vocab_mask needs the batch of input_ids");
    require_equal(b, prefix_mask_.dim(1), words,
                  "prefix_vocab_mask needs an entry a token");
  }
  if (presence_) {
    require_equal(b, presence_.dim(0), decoder_.batch() * beams_,
                  "presence_mask needs a row a sequence");
    require_equal(b, presence_.dim(1), words,
                  "presence_mask needs an entry a token");
  }
}

/// What does not forbid: temperature and presence_mask.
Scalar TokenRules::scaled(std::span<const Scalar> p, Scalar x) const {
  if (temperature_) {
    Scalar divisor = convert(temperature_.at({}), DType::f32);
    x = select(divisor > 0, x / divisor, x);
  } else if (double t = node_.float_attr("temperature", 1); t > 0 && t != 1) {
    x = x / t;
  }
  double penalty = node_.float_attr("presence_penalty", 0);
  if (presence_ && penalty != 0)
    x = x - cast(presence_.at(p), DType::f32) * penalty;
  return x;
}

Tensor TokenRules::apply(Tensor scores, const Generation &state) const {
  Size words = scores.dim(1);
  require_shapes(words);
  Tensor marked = penalty_ || ngram_ > 0 ? marks(state, words) : Tensor();
  Tensor ruled =
      b.map(scores.shape(), DType::f32, [&](std::span<const Scalar> p) {
        Scalar x = scores.at(p);
        Scalar lowest_float =
            b.literal(DType::f32, std::numeric_limits<float>::lowest());
        auto has = [&](uint8_t bit) {
          return (marked.at(p) & b.literal_int(DType::u8, bit)) != 0;
        };
        if (penalty_) {
          Scalar factor = convert(penalty_.at({}), DType::f32);
          Scalar punished = select(x < 0, x * factor, x / factor);
          x = select(has(seen), punished, x);
        }
        if (ngram_ > 0)
          x = select(has(repeats), lowest_float, x);
        if (Scalar not_allowed = forbidden(p, state))
          x = select(not_allowed, lowest_float, x);
        return scaled(p, x);
      });
  if (processor_ == Size(0))
    return ruled;
  return with_timestamp_rules(node_, decoder_, ruled, state,
                              equal(processor_, 1));
}

} // namespace landfall::frontend
