//===- order_key.cpp - Values as integers in the same order ---------------===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#include "frontend/onnx/support/order_key.h"

namespace landfall::frontend {

namespace {

/// The bits of a real as a signed integer, those of negative numbers flipped
/// but for the sign: IEEE 754's formats are made to be compared like this.
Scalar key_of_real(Scalar x, DType key) {
  Builder &b = x.builder();
  if (info(x.dtype()).bits < 32)
    x = cast(x, DType::f32);
  int64_t greatest = key == DType::i64 ? INT64_MAX : INT32_MAX;
  Scalar bits = bitcast(select(x == 0, b.literal(x.dtype(), 0), x), key);
  Scalar ordered = select(bits < 0, bits ^ b.literal_int(key, greatest), bits);
  return select(is_nan(x), b.literal_int(key, greatest), ordered);
}

Scalar key_of_integer(Scalar x, DType key) {
  Builder &b = x.builder();
  if (x.dtype() == DType::u64)
    return bitcast(x, key) ^ b.literal_int(key, INT64_MIN);
  if (x.dtype() == DType::u32)
    return bitcast(x, key) ^ b.literal_int(key, INT32_MIN);
  return x.dtype() == key ? x : cast(x, key);
}

} // namespace

DType order_key_type(DType type) {
  return info(type).bits == 64 ? DType::i64 : DType::i32;
}

Scalar order_key(Scalar x, bool descending) {
  DType type = order_key_type(x.dtype());
  Scalar key =
      is_real(x.dtype()) ? key_of_real(x, type) : key_of_integer(x, type);
  return descending ? key : ~key;
}

} // namespace landfall::frontend
