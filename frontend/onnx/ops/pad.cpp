//===- pad.cpp - Borders added or cut ---------------------------*- C++ -*-===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#include "frontend/onnx/support/axis_list.h"
#include "frontend/onnx/support/one_element.h"
#include "ir/table.h"

namespace landfall::frontend {
namespace {

/// Amounts of one dimension; negative ones cut.
struct Border {
  Size begin;
  Size end;
};

/// What is added to the dimensions of `axes`: the beginnings, then the ends.
std::vector<Border> borders(const AxisList &axes, std::span<const Size> pads) {
  size_t count = axes.count();
  std::vector<Border> result;
  for (int d = 0; d < axes.rank(); ++d)
    result.push_back({axes.value_at(d, pads.first(count), 0),
                      axes.value_at(d, pads.subspan(count), 0)});
  return result;
}

std::vector<Border> borders(const Node &node, Tensor data) {
  int rank = data.rank();
  std::optional<std::vector<Size>> given;
  if (node.version() >= 18)
    given = axes_of(node, 3, 18, rank);
  AxisList axes = given ? AxisList(node, *given, rank) : AxisList(rank, rank);
  size_t count = axes.count();
  std::vector<Size> pads =
      node.version() >= 11
          ? sizes_operand(node, 1, "pads", 2 * count)
          : to_sizes(node.ints_attr(node.version() == 1 ? "paddings" : "pads"));
  node.expect(pads.size() == 2 * count,
              "'pads' has " + std::to_string(pads.size()) +
                  " entries; expected two for each of " +
                  std::to_string(count) + " axes");
  return borders(axes, pads);
}

/// `value` (absent: the attribute) fills the border.
Tensor pad_constant(const Node &node, Tensor data, Tensor value,
                    const Shape &shape, std::span<const Border> border) {
  Builder &b = node.b();
  return b.map(shape, data.dtype(), [&](std::span<const Scalar> indices) {
    Scalar outside =
        value ? only_element(value)
              : b.literal(data.dtype(), node.float_attr("value", 0.0));
    Scalars source(indices.begin(), indices.end());
    Scalar inside;
    auto also = [&](Scalar condition) {
      inside = inside ? logical_and(inside, condition) : condition;
    };
    for (int d = 0; d < data.rank(); ++d) {
      if (border[d].begin != Size(0))
        source[d] = source[d] - b.scalar(border[d].begin);
      if (!known_ge(0, border[d].begin))
        also(source[d] >= 0);
      if (!known_ge(0, border[d].end))
        also(source[d] < b.scalar(data.dim(d)));
    }
    return inside ? data.at_or(source, inside, outside) : data.at(source);
  });
}

enum class Fill { reflect, edge, wrap };

/// Where position `at` of a dimension padded with its own elements comes from.
/// Cuts come first: what is left is reflected, repeated or wrapped.
Scalar source_position(Builder &b, Fill fill, Scalar at, Size extent,
                       const Border &border) {
  Size cut = max(0 - border.begin, 0);
  Size left = extent - cut - max(0 - border.end, 0);
  Scalar i = at - b.scalar(max(border.begin, 0));
  if (fill == Fill::edge) {
    i = clamp(i, b.index(0), b.scalar(left - 1));
  } else if (fill == Fill::wrap) {
    i = i % b.scalar(left);
  } else {
    Scalar period = b.scalar(max(2 * left - 2, 1));
    i = i % period;
    i = minimum(i, period - i);
  }
  return i + b.scalar(cut);
}

Tensor pad_from_data(Builder &b, Fill fill, Tensor data, const Shape &shape,
                     std::span<const Border> border) {
  Tensors sources(data.rank());
  for (int d = 0; d < data.rank(); ++d) {
    if (border[d].begin == Size(0) && border[d].end == Size(0))
      continue;
    Size left =
        data.dim(d) - max(0 - border[d].begin, 0) - max(0 - border[d].end, 0);
    b.require(max(equal(shape[d], 0), less(0, left)),
              "Pad has nothing to repeat in an empty dimension");
    sources[d] =
        ir::table(b, {shape[d]}, DType::i64, [&](std::span<const Scalar> at) {
          return source_position(b, fill, at[0], data.dim(d), border[d]);
        });
  }
  return b.map(shape, data.dtype(), [&](std::span<const Scalar> indices) {
    Scalars source(indices.begin(), indices.end());
    for (int d = 0; d < data.rank(); ++d)
      if (sources[d])
        source[d] = sources[d].at({indices[d]});
    return data.at(source);
  });
}

// output[i] = data[i - begin] inside; outside a constant, or an element of data
// found by reflecting at, clamping to or wrapping around the borders.
void pad_with(Node &node, Tensor data, Tensor value,
              std::span<const Border> border) {
  Shape shape;
  for (int d = 0; d < data.rank(); ++d) {
    shape.push_back(data.dim(d) + border[d].begin + border[d].end);
    node.b().require(1 - less(shape[d], 0), "Pad cuts more than there is");
  }
  std::string mode = node.string_attr("mode", "constant");
  if (mode == "constant")
    return node.output(pad_constant(node, data, value, shape, border));
  node.expect(mode == "reflect" || mode == "edge" || mode == "wrap",
              "'mode' is '" + mode +
                  "'; expected constant, reflect, edge or wrap");
  Fill fill = mode == "reflect" ? Fill::reflect
              : mode == "edge"  ? Fill::edge
                                : Fill::wrap;
  node.output(pad_from_data(node.b(), fill, data, shape, border));
}

void pad(Node &node) {
  Tensor data = node.input(0, "data");
  Tensor value = node.version() >= 11 ? node.optional_input(2, "constant_value")
                                      : Tensor();
  pad_with(node, data, value, borders(node, data));
}

// ONNX Runtime's: pads may be a matrix of one row.
void pad_microsoft(Node &node) {
  Tensor data = node.input(0, "data"), pads = node.input(1, "pads", 1, 2);
  int rank = data.rank();
  Tensor list = node.b().reshape(pads, {2 * rank});
  pad_with(node, data, node.optional_input(2, "value"),
           borders(AxisList(rank, rank), node.b().read_all(list)));
}

} // namespace

LANDFALL_ONNX(pad, {"Pad", 1, pad}, {"Pad", 1, pad_microsoft, "com.microsoft"})

} // namespace landfall::frontend
