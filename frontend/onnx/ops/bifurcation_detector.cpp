//===- bifurcation_detector.cpp - Merging and matching of drafte-*- C++ -*-===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#include "frontend/onnx/support/indexing.h"
#include "frontend/onnx/support/one_element.h"

namespace landfall::frontend {
namespace {

/// How many of pred_tokens equal the source's from `start` on, and one more.
Size accepted_count(Builder &b, Tensor source, Tensor drafted, Size start) {
  Size length = drafted.dim(0) - 1;
  Tensor equal_ones = b.map({}, DType::i64, [&](std::span<const Scalar>) {
    Scalar at = b.scalar(start);
    return b.fold(
        {length}, {b.index(0)},
        [&](std::span<const Scalar> i, std::span<const Scalar> count) {
          Scalar same = drafted.at({i[0]}) == source.at({at + i[0]});
          Scalar all = logical_and(same, count[0] == i[0]);
          return Scalars{select(all, count[0] + 1, count[0])};
        })[0];
  });
  return b.read(equal_ones, 0, {0, length.range().high}) + 1;
}

/// Where the last `size` of the tokens first stand in the source from `from`
/// on; the source's length if they do not.
Scalar find_suffix(Tensor source, Tensor tokens, Scalar size, Scalar from) {
  Builder &b = source.builder();
  Scalar length = b.scalar(source.dim(0)), end = b.scalar(tokens.dim(0));
  auto differs = [&](Scalar at) {
    return b.fold_while({b.index(0)}, [&](std::span<const Scalar> k) {
      Scalar more = k[0] < size;
      Scalars same = b.branch(
          more,
          [&] {
            return Scalars{source.at({at + k[0]}) ==
                           tokens.at({end - size + k[0]})};
          },
          [&] { return Scalars{b.literal_int(DType::boolean, 0)}; });
      return std::pair(same[0], Scalars{select(same[0], k[0] + 1, k[0])});
    })[0] < size;
  };
  Scalar found = b.fold_while({from}, [&](std::span<const Scalar> at) {
    Scalars go = b.branch(
        at[0] + size <= length, [&] { return Scalars{differs(at[0])}; },
        [&] { return Scalars{b.literal_int(DType::boolean, 0)}; });
    return std::pair(go[0], Scalars{select(go[0], at[0] + 1, at[0])});
  })[0];
  return select(found + size <= length, found, length);
}

/// The position behind the only match of the tokens' end in the source: of
/// `least` tokens and more, up to `most`, as long as there is one match.
Tensor suffix_match(Builder &b, Tensor source, Tensor tokens, int64_t least,
                    int64_t most) {
  LoopsResult result{DType::i64, {}, {}};
  return b.loops(
      {}, {&result, 1},
      [&](std::span<const Scalar>, std::span<const Buffer> out) {
        Scalar length = b.scalar(source.dim(0));
        Scalars end = b.fold_while(
            {b.index(least), b.index(-1)}, [&](std::span<const Scalar> at) {
              Scalar fits = logical_and(at[0] <= double(most),
                                        at[0] <= b.scalar(tokens.dim(0)));
              Scalar no = b.literal_int(DType::boolean, 0);
              Scalars next = b.branch(
                  fits,
                  [&] {
                    Scalar found =
                        find_suffix(source, tokens, at[0], b.index(0));
                    Scalar match = found + at[0];
                    Scalar none = found == length;
                    Scalar again = find_suffix(source, tokens, at[0],
                                               minimum(found + 1, length));
                    Scalar last = match >= length;
                    Scalar single = logical_or(last, again == length);
                    Scalar position =
                        select(none, at[1], select(single, match, b.index(-1)));
                    return Scalars{logical_not(logical_or(none, last)),
                                   position};
                  },
                  [&] { return Scalars{no, at[1]}; });
              return std::pair(next[0], Scalars{at[0] + 1, next[1]});
            });
        out[0].store({}, end[1]);
      })[0];
}

// tokens = cur_tokens followed by pred_tokens up to and with the first one that
// differs from src_tokens, compared from prev_suffix_match_idx on
// suffix_match_idx: see suffix_match
void bifurcation_detector(Node &node) {
  Builder &b = node.b();
  Tensor source = node.input(0, "src_tokens", 1),
         current = node.input(1, "cur_tokens", 1);
  Tensor previous = node.input(2, "prev_suffix_match_idx");
  Tensor drafted = node.optional_input(3, "pred_tokens", 1), tokens = current;
  int64_t least = node.int_attr("min_ngram_size", 1),
          most = node.int_attr("max_ngram_size", 3);
  node.expect(least > 0 && most >= least,
              "min_ngram_size must be positive and at most max_ngram_size");
  if (drafted) {
    Size start = one_size(node, 2, "prev_suffix_match_idx");
    b.require(less(-1, start) * less(start, source.dim(0) + 1),
              "prev_suffix_match_idx lies outside src_tokens");
    require_equal(
        b, drafted.dim(0), source.dim(0) + 1 - start,
        "pred_tokens needs one token more than src_tokens from there on");
    Size old = current.dim(0),
         fresh = accepted_count(b, source, drafted, start);
    b.require(less(fresh, drafted.dim(0) + 1),
              "more tokens are accepted than there are");
    tokens = b.map({old + fresh}, DType::i64, [&](std::span<const Scalar> p) {
      Scalar kept = b.scalar(old), none = b.index(0);
      Scalar is_old = p[0] < kept;
      return select(
          is_old, current.at_or(p, is_old, none),
          drafted.at_or(std::array{p[0] - kept}, logical_not(is_old), none));
    });
  }
  node.output(0, tokens);
  Tensor match = suffix_match(b, source, tokens, least, most);
  one_element(node, previous);
  node.output(1, b.reshape(match, previous.shape()));
}

} // namespace

LANDFALL_ONNX(bifurcation_detector,
              {"BifurcationDetector", 1, bifurcation_detector, "com.microsoft"})

} // namespace landfall::frontend
