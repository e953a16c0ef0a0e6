//===- reshape.cpp - The same elements, other extents -----------*- C++ -*-===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#include "frontend/onnx/support/axis_list.h"
#include "frontend/onnx/support/loose_flags.h"

#include <algorithm>

namespace landfall::frontend {
namespace {

/// The kind of an entry of the `shape` operand.
enum class Meaning {
  extent,
  inferred, ///< -1: what the others leave.
  unknown,  ///< Known at run time only: perhaps 0 (copy) or -1.
};

struct Entry {
  Meaning meaning;
  Size extent; ///< Meaning::extent only.
};

/// An entry that cannot be negative is an extent computed by the model: where
/// it is 0, it means 0.
Entry read_entry(const Node &node, Tensor data, int position, Size value,
                 bool allow_zero) {
  auto known = value.constant();
  if (!known)
    return {known_ge(value, 0) ? Meaning::extent : Meaning::unknown, value};
  node.expect(*known >= -1, "'shape' holds " + std::to_string(*known) +
                                "; expected extents, 0 or -1");
  if (*known == -1)
    return {Meaning::inferred, 0};
  if (*known > 0 || allow_zero)
    return {Meaning::extent, value};
  node.expect(position < data.rank(),
              "'shape' has a 0 at position " + std::to_string(position) +
                  ", where 'data' has no dimension to copy");
  return {Meaning::extent, data.dim(position)};
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
  Size exact = floordiv(dividend, divisor);
  if (exact * divisor == dividend || known_ge(divisor, 1))
    return exact;
  return floordiv(dividend, max(divisor, 1));
}

/// All entries resolved by the run: an i64 tensor.
Tensor resolved_entries(Builder &b, Tensor data, Tensor shape,
                        bool allow_zero) {
  int rank = static_cast<int>(*shape.dim(0).constant());
  return b.map({rank}, DType::i64, [&](std::span<const Scalar> at) {
    Scalar one = b.index(1), none = b.index(0), others = one, inferred = none;
    Scalars entries;
    for (int j = 0; j < rank; ++j) {
      Scalar entry = cast(shape.at({b.index(j)}), DType::i64);
      // A 0 that has nothing to copy is as illegal as a negative extent.
      if (!allow_zero)
        entry = select(entry == 0,
                       j < data.rank() ? b.scalar(data.dim(j)) : b.index(-2),
                       entry);
      entries.push_back(entry);
      others = others * select(entry == -1, one, entry);
      inferred = inferred + select(entry == -1, one, none);
    }
    Scalar rest = b.scalar(data.element_count()) / others; // x / 0 is 0.
    Scalar is_illegal = inferred > 1;
    if (allow_zero) // Then -1 could be anything.
      is_illegal =
          logical_or(is_illegal, logical_and(inferred == 1, others == 0));
    rest = select(is_illegal, b.index(-2), rest);
    Scalar result = rest;
    for (int j = 0; j < rank; ++j) {
      Scalar extent = select(entries[j] == -1, rest, entries[j]);
      result = select(at[0] == j, extent, result);
    }
    return result;
  });
}

/// The extents where some entries are Meaning::unknown.
Shape read_extents(Builder &b, Tensor data, Tensor requested,
                   std::span<const Entry> entries, bool allow_zero) {
  Tensor resolved = resolved_entries(b, data, requested, allow_zero);
  Shape shape;
  for (size_t j = 0; j < entries.size(); ++j) {
    if (entries[j].meaning == Meaning::extent) {
      shape.push_back(entries[j].extent);
      continue;
    }
    shape.push_back(b.read_required(
        resolved, static_cast<int>(j), {0, INT64_MAX},
        "Reshape met a negative extent, two of -1, a 0 with no dimension of "
        "'data' to copy, or with allowzero a 0 and a -1"));
  }
  return shape;
}

// A dimension of 0 copies data's (unless allowzero), -1 takes what is left.
void reshape_as(Node &node, Tensor shape_operand) {
  Builder &b = node.b();
  Tensor data = node.input(0, "data");
  std::vector<Size> requested = b.read_all(shape_operand);
  bool allow_zero = flag_if_one(node, "allowzero", false);
  std::vector<Entry> entries;
  Shape others;
  int unknown = 0, inferred = 0;
  for (size_t i = 0; i < requested.size(); ++i) {
    entries.push_back(
        read_entry(node, data, static_cast<int>(i), requested[i], allow_zero));
    unknown += entries.back().meaning == Meaning::unknown;
    inferred += entries.back().meaning == Meaning::inferred;
    if (entries.back().meaning == Meaning::extent)
      others.push_back(entries.back().extent);
  }
  node.expect(inferred <= 1, "'shape' holds more than one -1");
  node.expect(!allow_zero || inferred == 0 ||
                  std::ranges::find(others, Size(0)) == others.end(),
              "'shape' holds a 0 and a -1, which allowzero forbids");
  if (unknown > 0)
    return node.output(b.reshape(
        data, read_extents(b, data, shape_operand, entries, allow_zero)));
  Shape shape;
  for (const Entry &entry : entries)
    shape.push_back(entry.meaning == Meaning::inferred
                        ? quotient(data.shape(), others)
                        : entry.extent);
  node.output(b.reshape(data, shape));
}

void reshape_1(Node &node) {
  reshape_as(node, node.b().from_sizes(to_sizes(node.ints_attr("shape"))));
}

void reshape(Node &node) { reshape_as(node, node.sizes_input(1, "shape")); }

} // namespace

LANDFALL_ONNX(reshape, {"Reshape", 1, reshape_1}, {"Reshape", 5, reshape})

} // namespace landfall::frontend
