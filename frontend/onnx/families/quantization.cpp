//===- quantization.cpp - Linear quantisation of elements -----------------===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//

#include "frontend/onnx/families/quantization.h"

#include <algorithm>

namespace landfall::frontend {

Scalar quantized(Scalar value, DType type, Scalar zero, bool saturate) {
  if (is_integer(type)) {
    Scalar rounded = round_even(value);
    if (zero)
      rounded = rounded + convert(zero, value.dtype());
    return cast_saturate(rounded, type);
  }
  if (zero)
    value = value + convert(zero, value.dtype());
  return saturate ? cast_saturate(value, type) : cast(value, type);
}

Tensor zero_point_of(const Node &node, Tensor x, Tensor zero,
                     std::string_view name) {
  if (zero && zero.dtype() != x.dtype())
    node.expect(false, "operand " + std::string(name) + " is " +
                           std::string(landfall::name(zero.dtype())) +
                           "; a zero point has the type of what it belongs "
                           "to, here " +
                           std::string(landfall::name(x.dtype())));
  return zero;
}

bool is_nothing(Tensor zero_point) {
  if (!zero_point)
    return true;
  std::optional<ConstantData> known =
      zero_point.builder().constant_data(zero_point);
  return known && std::ranges::all_of(known->bytes.data,
                                      [](uint8_t byte) { return byte == 0; });
}

Scalar QuantParameter::at(std::span<const Scalar> indices) const {
  if (tensor.rank() == 0)
    return tensor.at({});
  if (block == 0 && tensor.rank() == 1) {
    if (indices.empty())
      return tensor.at({b.index(0)});
    return tensor.at(
        {broadcast_index(b, tensor.dim(0), shape[axis], indices[axis])});
  }
  Scalars own(indices.begin(), indices.end());
  if (block > 1)
    own[axis] = own[axis] / double(block);
  return tensor.at(own);
}

std::shared_ptr<const ir::Dequantized>
dequantized_of(const QuantParameter &scale, const QuantParameter &zero,
               Tensor stored) {
  auto is_many = [](Tensor x) {
    return x && x.rank() == 1 && x.dim(0) != Size(1);
  };
  // A last block that is cut off is not told from a shorter block.
  if (scale.block != 0 &&
      scale.tensor.dim(scale.axis) * scale.block != scale.shape[scale.axis])
    return nullptr;
  bool is_list =
      is_many(scale.tensor) || is_many(zero.tensor) || scale.block != 0;
  return std::make_shared<ir::Dequantized>(ir::Dequantized{
      stored, scale.tensor, zero.tensor, is_list ? scale.axis : -1});
}

QuantParameter quant_parameter(const Node &node, Tensor x, int position,
                               std::string_view name) {
  QuantParameter p{node.b(), node.optional_input(position, name), x.shape(), 0,
                   node.int_attr("block_size", 0)};
  if (!p.tensor)
    return p;
  node.expect(p.block >= 0, "block_size must not be negative");
  // A vector quantised per tensor needs no axis: the default 1 is out of its
  // range.
  int64_t axis = node.int_attr("axis", 1);
  bool per_tensor = p.tensor.rank() == 0 || x.rank() <= 1;
  p.axis = per_tensor ? 0 : node.axis(axis, x.rank());
  if (p.block == 0) {
    node.expect(p.tensor.rank() <= 1,
                "a scale or zero point has rank 0 or 1 unless blocked");
    return p;
  }
  node.expect(p.tensor.rank() == x.rank(),
              "a blocked scale or zero point has the rank of the tensor");
  for (int d = 0; d < x.rank(); ++d)
    require_equal(p.b, p.tensor.dim(d),
                  d == p.axis ? ceildiv(x.dim(d), p.block) : x.dim(d),
                  std::string(name) + " needs one element for each block");
  return p;
}

} // namespace landfall::frontend
