//===- reshape.cpp - The same elements, other extents -----------*- C++ -*-===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#include "frontend/onnx/operator.h"

#include <algorithm>

namespace landfall::onnx {
namespace {

/// One entry of the `shape` operand: its extent, and whether it is the -1 whose
/// extent follows from the others.
struct Entry {
  Size extent;
  Size inferred; ///< 0 or 1.
};

/// A run-time entry may turn out to be 0 (copy) or -1 (infer). One that cannot
/// be negative is an extent computed by the model: where it is 0, it means 0.
Entry read_entry(const Node &node, Tensor data, int position, Size value,
                 bool allow_zero) {
  bool has_dim = position < data.rank();
  if (auto known = value.constant()) {
    node.expect(*known >= -1, "'shape' holds " + std::to_string(*known) +
                                  "; expected extents, 0 or -1");
    if (*known == -1)
      return {1, 1};
    if (*known == 0 && !allow_zero) {
      node.expect(has_dim, "'shape' has a 0 at position " +
                               std::to_string(position) +
                               ", where 'data' has no dimension to copy");
      return {data.dim(position), 0};
    }
    return {value, 0};
  }
  if (known_ge(value, 0))
    return {value, 0};
  Size copied = has_dim ? data.dim(position) : Size(0);
  Size extent = allow_zero ? value : select(equal(value, 0), copied, value);
  return {extent, equal(value, -1)};
}

/// total / others, with extents common to both sides cancelled first, so that
/// [N, C, H] -> [N, -1] is C*H whatever N is.
Size quotient(Shape total, const Shape &others) {
  Size divisor = 1;
  for (Size extent : others) {
    auto same = std::find(total.begin(), total.end(), extent);
    if (same != total.end())
      total.erase(same);
    else
      divisor = divisor * extent;
  }
  Size dividend = product(total);
  if (divisor.constant() == 0)
    return 0;
  if (known_ge(divisor, 1))
    return floordiv(dividend, divisor);
  return floordiv(dividend, max(divisor, 1));
}

// A dimension of 0 copies data's (unless allowzero), -1 takes what is left.
void reshape(Node &node) {
  Tensor data = node.input(0, "data");
  std::vector<Size> requested = node.input_sizes(1, "shape");
  bool allow_zero = node.int_attr("allowzero", 0) != 0;
  std::vector<Entry> entries;
  Shape others;
  Size inferred = 0;
  for (size_t i = 0; i < requested.size(); ++i) {
    entries.push_back(
        read_entry(node, data, static_cast<int>(i), requested[i], allow_zero));
    const Entry &entry = entries.back();
    inferred = inferred + entry.inferred;
    if (entry.inferred != Size(1))
      others.push_back(select(entry.inferred, 1, entry.extent));
  }
  node.expect(!inferred.is_constant() || *inferred.constant() <= 1,
              "'shape' holds more than one -1");
  Size rest = inferred == Size(0) ? Size(0) : quotient(data.shape(), others);
  Shape shape;
  for (const Entry &entry : entries)
    shape.push_back(select(entry.inferred, rest, entry.extent));
  node.output(node.b().reshape(data, shape));
}

} // namespace

LANDFALL_ONNX(reshape, {"Reshape", 5, reshape})

} // namespace landfall::onnx
