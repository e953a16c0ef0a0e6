//===- einsum.cpp - Einstein summation over labelled dimensions -----------===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//

#include "frontend/onnx/families/einsum.h"

#include <algorithm>
#include <map>

namespace landfall::frontend {

namespace {

bool contains(const std::vector<int> &labels, int label) {
  return std::find(labels.begin(), labels.end(), label) != labels.end();
}

std::map<int, Size> extents_of(Builder &b, std::span<const Labelled> factors) {
  std::map<int, std::vector<Shape>> found;
  for (const Labelled &f : factors)
    for (int i = 0; i < f.tensor.rank(); ++i)
      found[f.labels[i]].push_back({f.tensor.dim(i)});
  std::map<int, Size> extents;
  for (auto &[label, shapes] : found)
    extents[label] = b.broadcast_shapes(shapes)[0];
  return extents;
}

/// One sum: result labels first, then the summed ones.
struct Summation {
  Builder &b;
  std::span<const Labelled> factors;
  std::map<int, Size> extents;
  std::vector<int> result;
  std::vector<int> summed;

  Shape shape(const std::vector<int> &labels) const {
    Shape shape;
    for (int label : labels)
      shape.push_back(extents.at(label));
    return shape;
  }

  Scalar factor(const Labelled &f, std::span<const Scalar> point,
                std::span<const Scalar> k) const {
    Scalars indices;
    for (int i = 0; i < f.tensor.rank(); ++i) {
      int label = f.labels[i];
      auto kept = std::find(result.begin(), result.end(), label);
      Scalar index = kept != result.end()
                         ? point[kept - result.begin()]
                         : k[std::find(summed.begin(), summed.end(), label) -
                             summed.begin()];
      indices.push_back(
          broadcast_index(b, f.tensor.dim(i), extents.at(label), index));
    }
    return widen(f.tensor.at(indices));
  }
};

Summation prepare(Builder &b, std::span<const Labelled> factors,
                  const std::vector<int> &result) {
  Summation s{b, factors, extents_of(b, factors), result, {}};
  for (auto &[label, extent] : s.extents)
    if (!contains(result, label))
      s.summed.push_back(label);
  return s;
}

/// At most two factors.
Tensor sum_once(Builder &b, std::span<const Labelled> factors,
                const std::vector<int> &result) {
  Summation s = prepare(b, factors, result);
  DType type = factors[0].tensor.dtype();
  DType compute = compute_type(type);
  if (factors.size() == 2 && !s.summed.empty()) {
    Contraction c;
    c.shape = s.shape(result);
    c.reduce = s.shape(s.summed);
    c.accumulator = compute;
    c.factors = [&](std::span<const Scalar> p, std::span<const Scalar> k) {
      return std::pair(s.factor(factors[0], p, k), s.factor(factors[1], p, k));
    };
    c.epilogue = [&](std::span<const Scalar>, Scalar sum) {
      return convert(sum, type);
    };
    return b.contract(c);
  }
  auto term = [&](std::span<const Scalar> p, std::span<const Scalar> k) {
    Scalar value = s.factor(factors[0], p, k);
    return factors.size() == 2 ? value * s.factor(factors[1], p, k) : value;
  };
  return b.map(s.shape(result), type, [&](std::span<const Scalar> p) {
    if (s.summed.empty())
      return convert(term(p, {}), type);
    return convert(sum(b, s.shape(s.summed), compute,
                       [&](std::span<const Scalar> k) { return term(p, k); }),
                   type);
  });
}

/// The labels of the first two factors that the others or the result need.
std::vector<int> needed_later(std::span<const Labelled> factors,
                              const std::vector<int> &result) {
  std::vector<int> kept;
  for (const Labelled &f : factors.first(2))
    for (int label : f.labels) {
      bool needed = contains(result, label);
      for (const Labelled &later : factors.subspan(2))
        needed |= contains(later.labels, label);
      if (needed && !contains(kept, label))
        kept.push_back(label);
    }
  return kept;
}

} // namespace

Tensor sum_of_products(Builder &b, std::vector<Labelled> factors,
                       const std::vector<int> &result) {
  while (factors.size() > 2) {
    std::vector<int> kept = needed_later(factors, result);
    Tensor product = sum_once(b, std::span(factors).first(2), kept);
    factors[1] = {product, kept};
    factors.erase(factors.begin());
  }
  return sum_once(b, factors, result);
}

} // namespace landfall::frontend
