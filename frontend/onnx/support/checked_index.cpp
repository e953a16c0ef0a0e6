//===- checked_index.cpp - Indices in range, by proof or by check ---------===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#include "frontend/onnx/support/checked_index.h"

#include "frontend/onnx/support/parameter_shape.h"

namespace landfall::frontend {
namespace {

using Negative = CheckedIndex::Negative;

std::string complaint(const Node &node, Size index, Size extent) {
  return node.type() + " met the index " + index.str() +
         ", which is outside a dimension of extent " + extent.str();
}

/// Known indices as non-negative sizes; unprovable ranges become requirements.
std::vector<Size> resolve(const Node &node, std::vector<Size> values,
                          std::span<const Size> extents, Negative negative) {
  for (size_t j = 0; j < values.size(); ++j) {
    Size extent = extents[j % extents.size()];
    Size index = values[j];
    if (!known_ge(index, 0) && negative == Negative::from_back)
      index = index + less(index, 0) * extent;
    std::string message = complaint(node, values[j], extent);
    node.b().require(1 - less(index, 0), message);
    node.b().require(less(index, extent), message);
    values[j] = index;
  }
  return values;
}

/// The extent that the entry at `position` points into.
Scalar extent_at(Builder &b, std::span<const Scalar> position,
                 std::span<const Size> extents) {
  Scalar extent = b.scalar(extents.back());
  for (int j = static_cast<int>(extents.size()) - 2; j >= 0; --j)
    extent = select(position.back() == j, b.scalar(extents[j]), extent);
  return extent;
}

Tensor check_at_run_time(const Node &node, Tensor indices,
                         std::span<const Size> extents, Negative negative) {
  Builder &b = node.b();
  std::string limits =
      negative == Negative::refused ? "0 to E - 1" : "-E to E - 1";
  limits += " for an extent E of";
  for (size_t j = 0; j < extents.size(); ++j)
    limits += (j == 0 ? " " : ", ") + extents[j].str();
  LoopsResult result{DType::i64, indices.shape(), {}};
  return b.loops(
      indices.shape(), {&result, 1},
      [&](std::span<const Scalar> at, std::span<const Buffer> results) {
        Scalar given = cast(indices.at(at), DType::i64);
        Scalar extent = extent_at(b, at, extents);
        Scalar index = given;
        if (negative == Negative::from_back)
          index = select(given < 0, given + extent, given);
        b.check(logical_and(index >= 0, index < extent),
                node.type() +
                    " met an index that is out of range; it must be from " +
                    limits,
                "index", given);
        results[0].store(at, index);
      })[0];
}

} // namespace

CheckedIndex::CheckedIndex(const Node &node, Tensor indices,
                           std::span<const Size> extents, Negative negative) {
  Builder &b = node.b();
  auto values = b.contents(indices);
  if (!values) {
    tensor_ = check_at_run_time(node, indices, extents, negative);
    return;
  }
  std::vector<Size> resolved = resolve(node, *values, extents, negative);
  if (resolved.size() == 1)
    single_ = resolved[0];
  tensor_ = b.reshape(b.from_sizes(resolved), indices.shape());
}

Tensor checked_lengths(const Node &node, Tensor lengths, std::string_view name,
                       Size count, Size most) {
  require_list(node, lengths, name, count);
  Builder &b = node.b();
  LoopsResult result{DType::i64, lengths.shape(), {}};
  return b.loops(
      lengths.shape(), {&result, 1},
      [&](std::span<const Scalar> at, std::span<const Buffer> results) {
        Scalar length = cast(lengths.at(at), DType::i64);
        b.check(logical_and(length >= 0, length <= b.scalar(most)),
                node.type() + " met a length of '" + std::string(name) +
                    "' outside [0, " + most.str() + "]",
                "length", length);
        results[0].store(at, length);
      })[0];
}

Scalar CheckedIndex::at(std::span<const Scalar> position) const {
  return single_ ? tensor_.builder().scalar(*single_) : tensor_.at(position);
}

} // namespace landfall::frontend
