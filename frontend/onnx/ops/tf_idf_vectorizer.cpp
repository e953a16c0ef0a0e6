//===- tf_idf_vectorizer.cpp - Counts of n-grams ----------------*- C++ -*-===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#include "base/owned_constant.h"
#include "frontend/onnx/families/key_lookup.h"
#include "frontend/onnx/support/text_operand.h"
#include "onnx_format/tensor_data.h"

#include <algorithm>
#include <climits>
#include <map>

namespace landfall::frontend {
namespace {

/// The n-grams to look for, ordered by the output coordinate they count for.
struct Pool {
  Tensor items;          ///< All n-grams' items, one after another.
  Tensor offsets, sizes; ///< [n-grams]
  Tensor first;          ///< [coordinates + 1]: each one's first n-gram.
  int64_t coordinates = 0;
};

Tensor table(Builder &b, const std::vector<int64_t> &values) {
  return b.constant(owned_constant<int64_t>(
      DType::i64, {static_cast<int64_t>(values.size())}, values));
}

using Gram = std::vector<int64_t>;

/// Coordinates of the n-grams with a length that counts; of equal ones the last
/// holds.
std::map<Gram, int64_t> wanted_grams(const Node &node,
                                     const std::vector<int64_t> &items) {
  auto starts = node.ints_attr("ngram_counts");
  auto coordinates = node.ints_attr("ngram_indexes");
  int64_t shortest = node.int_attr("min_gram_length");
  int64_t longest = node.int_attr("max_gram_length");
  int64_t total = static_cast<int64_t>(items.size());
  std::map<Gram, int64_t> grams;
  size_t number = 0;
  for (size_t k = 0; k < starts.size(); ++k) {
    int64_t size = static_cast<int64_t>(k) + 1;
    int64_t end = k + 1 < starts.size() ? starts[k + 1] : total;
    node.expect(0 <= starts[k] && starts[k] <= end && end <= total,
                "'ngram_counts' does not fit the pool");
    for (int64_t at = starts[k]; at + size <= end; at += size, ++number) {
      node.expect(number < coordinates.size() && coordinates[number] >= 0,
                  "'ngram_indexes' needs a coordinate for each n-gram");
      if (shortest <= size && size <= longest)
        grams[Gram(items.begin() + at, items.begin() + at + size)] =
            coordinates[number];
    }
  }
  return grams;
}

/// The n-grams' items; of strings, the numbers of their texts.
std::vector<int64_t> pool_items(const Node &node) {
  if (!node.has_attr("pool_strings"))
    return node.ints_attr("pool_int64s");
  ConstantData texts = text_list(node, node.strings_attr("pool_strings"));
  texts.dtype = DType::i64;
  return *onnx::integers(texts);
}

Pool pool_of(const Node &node) {
  auto grams = wanted_grams(node, pool_items(node));
  auto coordinates = node.ints_attr("ngram_indexes");
  node.expect(!coordinates.empty(), "'ngram_indexes' is empty");
  Pool pool;
  for (int64_t coordinate : coordinates)
    node.count(coordinate, "an entry of 'ngram_indexes'", 0, 1 << 24);
  pool.coordinates =
      *std::max_element(coordinates.begin(), coordinates.end()) + 1;
  std::vector<std::pair<int64_t, const Gram *>> ordered;
  for (const auto &[gram, coordinate] : grams)
    ordered.emplace_back(coordinate, &gram);
  std::sort(ordered.begin(), ordered.end());
  std::vector<int64_t> items, offsets, sizes, first(pool.coordinates + 1, 0);
  for (const auto &[coordinate, gram] : ordered) {
    offsets.push_back(static_cast<int64_t>(items.size()));
    sizes.push_back(static_cast<int64_t>(gram->size()));
    items.insert(items.end(), gram->begin(), gram->end());
    ++first[coordinate + 1];
  }
  for (size_t k = 1; k < first.size(); ++k)
    first[k] += first[k - 1];
  Builder &b = node.b();
  pool.items = table(b, items);
  pool.offsets = table(b, offsets);
  pool.sizes = table(b, sizes);
  pool.first = table(b, first);
  return pool;
}

/// How often n-gram `gram` occurs in row `n` of x, its items 1 to skips + 1
/// apart; single items only once each.
Scalar occurrences(Builder &b, Tensor x, const Pool &pool, Scalar n,
                   Scalar gram, int64_t skips) {
  Scalar zero = b.index(0), one = b.index(1);
  Scalar size = pool.sizes.at({gram}), offset = pool.offsets.at({gram});
  Scalar length = b.scalar(x.dim(1));
  Scalar furthest = select(
      size == 1, one, minimum(b.index(skips + 1), b.scalar(max(x.dim(-1), 1))));
  return b.fold_to(
      one, furthest + 1, {zero}, [&](Scalar step, std::span<const Scalar> sum) {
        Scalar starts = maximum(length - step * (size - 1), 0.0);
        return b.fold_to(
            zero, starts, {sum[0]},
            [&](Scalar start, std::span<const Scalar> count) {
              Scalar hit =
                  b.fold_to(zero, size, {b.literal_int(DType::boolean, 1)},
                            [&](Scalar j, std::span<const Scalar> so_far) {
                              Scalar item =
                                  cast(x.at({n, start + j * step}), DType::i64);
                              Scalar same = item == pool.items.at({offset + j});
                              return Scalars{logical_and(so_far[0], same)};
                            })[0];
              return Scalars{count[0] + cast(hit, DType::i64)};
            });
      })[0];
}

// Y[n, i] = how often the n-grams of coordinate i occur in X[n] (mode TF),
// whether they do, times the weight (IDF), or how often, times the weight
void tf_idf_vectorizer(Node &node) {
  Builder &b = node.b();
  Tensor x = node.input(0, "X");
  node.expect(x.rank() <= 2, "'X' must have rank 1 or 2");
  bool of_texts = node.has_attr("pool_strings");
  node.expect(of_texts ? x.dtype() == DType::string : is_integer(x.dtype()),
              of_texts ? "'X' must hold strings, as 'pool_strings' does"
                       : "'X' must hold integers, as 'pool_int64s' does");
  x = text_numbers(b, x);
  bool batched = x.rank() == 2;
  if (!batched)
    x = b.reshape(x, {1, x.element_count()});
  Pool pool = pool_of(node);
  std::string mode = node.string_attr("mode");
  node.expect(mode == "TF" || mode == "IDF" || mode == "TFIDF",
              "'mode' is '" + mode + "'; expected TF, IDF or TFIDF");
  auto weights = node.floats_attr("weights");
  bool weighted = mode != "TF" && !weights.empty();
  node.expect(!weighted ||
                  static_cast<int64_t>(weights.size()) >= pool.coordinates,
              "'weights' needs an entry for each coordinate");
  Tensor weight = b.constant(owned_constant<float>(
      DType::f32, {static_cast<int64_t>(weights.size())}, weights));
  int64_t skips = node.count(node.int_attr("max_skip_count"),
                             "'max_skip_count'", 0, INT_MAX);
  Shape shape = {x.dim(0), pool.coordinates};
  Tensor counts = b.map(shape, DType::f32, [&](std::span<const Scalar> at) {
    Scalar total = b.fold_to(
        pool.first.at({at[1]}), pool.first.at({at[1] + 1}), {b.index(0)},
        [&](Scalar gram, std::span<const Scalar> sum) {
          return Scalars{sum[0] + occurrences(b, x, pool, at[0], gram, skips)};
        })[0];
    if (mode == "IDF")
      total = minimum(total, 1.0);
    Scalar value = cast(total, DType::f32);
    return weighted ? value * weight.at({at[1]}) : value;
  });
  node.output(batched ? counts : b.reshape(counts, {pool.coordinates}));
}

} // namespace

LANDFALL_ONNX(tf_idf_vectorizer, {"TfIdfVectorizer", 9, tf_idf_vectorizer})

} // namespace landfall::frontend
