//===- timestamp_rules.cpp - Where Whisper's timestamps may stand ---------===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//

#include "frontend/onnx/families/timestamp_rules.h"

#include "frontend/onnx/support/indexing.h"

#include <limits>

namespace landfall::frontend {

namespace {

/// What is known of each row's sequence, each [R] i64.
struct History {
  Tensor begin; ///< The number of tokens up to the first timestamp, or all.
  Tensor last;  ///< The last timestamp; -1: there is none.
  Tensor ends; ///< How many of the last two tokens, at the end, are timestamps.
};

struct TimestampRules {
  const Node &node;
  const Decoder &decoder;
  Builder &b;
  int64_t first; ///< The lowest timestamp.

  int64_t id(std::string_view name, int64_t otherwise) const {
    return node.int_attr(name, otherwise);
  }
  History history(const Generation &state) const;
  Scalar forbidden(const History &history, Scalar row, Scalar token,
                   Scalar length) const;
  Tensor only_timestamps(Tensor scores) const;
};

History TimestampRules::history(const Generation &state) const {
  DType types[] = {DType::i64, DType::i64, DType::i64};
  Shape rows = {state.sequences.dim(0)};
  Tensors facts = b.map(rows, types, [&](std::span<const Scalar> p) {
    Scalar length = state.length.at({}), one = b.index(1), zero = b.index(0);
    auto token = [&](Scalar at) {
      return cast(state.sequences.at({p[0], maximum(at, 0)}), DType::i64);
    };
    auto is_time = [&](Scalar at) { return token(at) >= double(first); };
    Scalars found = b.fold_to(
        zero, length, {length - 1, b.index(-1)},
        [&](Scalar j, std::span<const Scalar> so_far) {
          Scalar time = is_time(j);
          return Scalars{select(time, minimum(so_far[0], j), so_far[0]),
                         select(time, token(j), so_far[1])};
        });
    Scalar begin = found[0] + 1;
    Scalar before = logical_or(length <= begin, is_time(length - 2));
    Scalar ends =
        select(is_time(length - 1), select(before, b.index(2), one), zero);
    return Scalars{begin, found[1], ends};
  });
  return {facts[0], facts[1], facts[2]};
}

Scalar TimestampRules::forbidden(const History &history, Scalar row,
                                 Scalar token, Scalar length) const {
  auto is = [&](int64_t which) { return token == double(which); };
  auto any = [](std::initializer_list<Scalar> conditions) {
    Scalar result;
    for (Scalar c : conditions)
      result = result ? logical_or(result, c) : c;
    return result;
  };
  int64_t eos = decoder.eos();
  Scalar begin = history.begin.at({row}), last = history.last.at({row});
  Scalar ends = history.ends.at({row}), time = token >= double(first);
  Scalar special = any({is(id("decoder_start_token_id", eos + 1)),
                        is(id("translate_token_id", 50358)),
                        is(id("transcribe_token_id", 50359))});
  Scalar least = select(ends == 1, last, last + 1);
  constexpr int64_t latest = 50;
  return any({is(id("no_timestamps_token_id", eos + 106)),
              is(id("start_of_lm_token_id", eos + 105)),
              logical_and(length > begin, special),
              logical_and(ends == 2, time),
              logical_and(ends == 1, token < double(eos)),
              logical_and(last >= 0, logical_and(time, token < least)),
              logical_and(length == begin, token > double(first + latest))});
}

/// [R] bool: whether the timestamps' share is larger than any other token's.
Tensor TimestampRules::only_timestamps(Tensor scores) const {
  Shape rows = {scores.dim(0)};
  double low = std::numeric_limits<float>::lowest();
  return b.map(rows, DType::boolean, [&](std::span<const Scalar> p) {
    Scalar words = b.scalar(scores.dim(1));
    Scalar limit = minimum(b.index(first), words);
    Scalar lowest_float = b.literal(DType::f32, low);
    auto largest = [&](Scalar from, Scalar to) {
      return b.fold_to(from, to, {lowest_float},
                       [&](Scalar j, std::span<const Scalar> most) {
                         return Scalars{maximum(most[0], scores.at({p[0], j}))};
                       })[0];
    };
    Scalar text = largest(b.index(0), limit), top = largest(limit, words);
    Scalar total =
        b.fold_to(limit, words, {b.literal(DType::f32, 0)},
                  [&](Scalar j, std::span<const Scalar> so_far) {
                    return Scalars{so_far[0] + exp(scores.at({p[0], j}) - top)};
                  })[0];
    return logical_and(top > low, log(total) + top > text);
  });
}

} // namespace

Tensor with_timestamp_rules(const Node &node, const Decoder &decoder,
                            Tensor scores, const Generation &state,
                            Size apply) {
  Builder &b = scores.builder();
  TimestampRules rules{
      node, decoder, b,
      node.int_attr("beginning_timestamp_token_id", decoder.eos() + 107)};
  History history = rules.history(state);
  double low = std::numeric_limits<float>::lowest();
  auto lowest_where = [&](Scalar condition, Scalar x) {
    Scalar counts = logical_and(b.scalar(apply) == 1, condition);
    return select(counts, b.literal(DType::f32, low), x);
  };
  Tensor ruled =
      b.map(scores.shape(), DType::f32, [&](std::span<const Scalar> p) {
        Scalar length = state.length.at({});
        return lowest_where(rules.forbidden(history, p[0], p[1], length),
                            scores.at(p));
      });
  Tensor only = rules.only_timestamps(ruled);
  return b.map(scores.shape(), DType::f32, [&](std::span<const Scalar> p) {
    Scalar word = p[1] < double(rules.first);
    return lowest_where(logical_and(only.at({p[0]}), word), ruled.at(p));
  });
}

} // namespace landfall::frontend
