//===- weight_sums.cpp - Sums of constant weights of 8 bits ---------------===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//

#include "frontend/onnx/families/weight_sums.h"

#include "frontend/onnx/families/quantization.h"

#include <cstring>

namespace landfall::frontend {

namespace {

uint32_t byte_at(const ConstantData &data, size_t place) {
  uint8_t byte = data.bytes.data[place];
  return data.dtype == DType::i8 ? uint32_t(int32_t(int8_t(byte))) : byte;
}

bool is_of_bytes(const std::optional<ConstantData> &data) {
  return data && (data->dtype == DType::i8 || data->dtype == DType::u8);
}

} // namespace

Tensor weight_sums(Builder &b, Tensor w, Tensor zero, int kept) {
  std::optional<ConstantData> data = b.constant_data(w);
  if (!is_of_bytes(data))
    return {};
  size_t own = size_t(kept < 0 ? kept + w.rank() : kept);
  size_t outer = 1, count = size_t(data->dims[own]), inner = 1;
  for (size_t d = 0; d < data->dims.size(); ++d)
    if (d != own)
      (d < own ? outer : inner) *= size_t(data->dims[d]);
  std::optional<ConstantData> zeros;
  if (!is_nothing(zero)) {
    zeros = b.constant_data(zero);
    size_t values = zeros ? zeros->bytes.data.size() : 0;
    if (!is_of_bytes(zeros) || (values != 1 && values != count))
      return {};
  }
  std::vector<uint32_t> sums(count, 0);
  for (size_t o = 0, place = 0; o < outer; ++o)
    for (uint32_t &sum : sums)
      for (size_t i = 0; i < inner; ++i, ++place)
        sum += byte_at(*data, place);
  if (zeros)
    for (size_t k = 0; k < count; ++k)
      sums[k] -= uint32_t(outer * inner) *
                 byte_at(*zeros, zeros->bytes.data.size() == 1 ? 0 : k);
  std::vector<uint8_t> bytes(count * sizeof(uint32_t));
  std::memcpy(bytes.data(), sums.data(), bytes.size());
  return b.constant(
      {DType::i32, {int64_t(count)}, share_bytes(std::move(bytes))});
}

} // namespace landfall::frontend
