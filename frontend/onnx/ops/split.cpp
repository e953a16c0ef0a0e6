//===- split.cpp - Pieces along an axis -------------------------*- C++ -*-===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#include "frontend/onnx/families/strided_slice.h"
#include "frontend/onnx/support/axis_list.h"
#include "frontend/onnx/support/one_element.h"

namespace landfall::frontend {
namespace {

/// `parts` pieces of extent ceil(extent / parts), the last one smaller; before
/// version 18 they must be equal.
std::vector<Size> equal_parts(const Node &node, Size extent, int64_t parts) {
  Size part = ceildiv(extent, parts);
  bool even = known_equal(part * parts, extent);
  if (node.version() < 18 && !even) {
    node.b().require(equal(mod(extent, parts), 0),
                     "Split needs an extent that " + std::to_string(parts) +
                         " outputs divide");
    even = true;
  }
  std::vector<Size> sizes;
  for (int64_t k = 0; k < parts; ++k)
    sizes.push_back(even ? part : min(part, max(extent - k * part, 0)));
  return sizes;
}

/// Operand or attribute `split`; nullopt: there is neither.
std::optional<std::vector<Size>> given_sizes(const Node &node) {
  if (node.has_input(1))
    return read_list(node, whole_numbers(node.input(1, "split", 0, 1)), "split",
                     node.output_count());
  if (node.has_attr("split"))
    return to_sizes(node.ints_attr("split"));
  return std::nullopt;
}

std::vector<Size> split_sizes(const Node &node, Size extent) {
  if (auto given = given_sizes(node)) {
    std::vector<Size> &sizes = *given;
    Size total = 0;
    for (Size size : sizes) {
      total = total + size;
      node.b().require(1 - less(size, 0), "Split needs sizes of at least 0");
    }
    node.b().require(equal(total, extent),
                     "Split sizes must sum to the extent of the axis");
    return sizes;
  }
  int count = node.output_count();
  return equal_parts(node, extent,
                     node.count(node.int_attr("num_outputs", count),
                                "'num_outputs'", count, count));
}

// outputs[k] = input[offset_k : offset_k + split[k]] along axis
void split(Node &node) {
  Tensor input = node.input(0, "input");
  int axis = node.axis(node.int_attr("axis", 0), input.rank());
  std::vector<Size> sizes = split_sizes(node, input.dim(axis));
  node.expect(static_cast<int>(sizes.size()) == node.output_count(),
              std::to_string(sizes.size()) + " pieces for " +
                  std::to_string(node.output_count()) + " outputs");
  Size offset = 0;
  for (size_t k = 0; k < sizes.size(); ++k) {
    node.output(static_cast<int>(k),
                slice_along(input, axis, offset, sizes[k]));
    offset = offset + sizes[k];
  }
}

} // namespace

LANDFALL_ONNX(split, {"Split", 1, split})

} // namespace landfall::frontend
