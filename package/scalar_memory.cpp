//===- scalar_memory.cpp - Scalars in buffers and constants ---------------===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#include "package/evaluate.h"

#include <bit>
#include <cstring>

namespace landfall {
namespace {

template <typename T> T read(const void *element) {
  T value;
  std::memcpy(&value, element, sizeof value);
  return value;
}

template <typename T> void write(void *element, T value) {
  std::memcpy(element, &value, sizeof value);
}

} // namespace

ScalarValue load_scalar(DType type, const void *element) {
  switch (type) {
  case DType::f32:
    return real_value(read<float>(element));
  case DType::f64:
    return real_value(read<double>(element));
  case DType::f16:
  case DType::bf16:
    return real_value(real_to_float(type, read<uint16_t>(element)));
  case DType::f8e4m3fn:
  case DType::f8e4m3fnuz:
  case DType::f8e5m2:
  case DType::f8e5m2fnuz:
  case DType::f8e8m0:
  case DType::f4e2m1:
    return real_value(real_to_float(type, read<uint8_t>(element)));
  case DType::boolean:
    return integer_value(read<uint8_t>(element) != 0);
  case DType::i8:
    return integer_value(read<int8_t>(element));
  case DType::u8:
    return integer_value(read<uint8_t>(element));
  case DType::i16:
    return integer_value(read<int16_t>(element));
  case DType::u16:
    return integer_value(read<uint16_t>(element));
  case DType::i32:
    return integer_value(read<int32_t>(element));
  case DType::u32:
    return integer_value(read<uint32_t>(element));
  case DType::i64:
  case DType::u64:
  case DType::string:
    return integer_value(read<int64_t>(element));
  case DType::i4:
  case DType::u4:
  case DType::i2:
  case DType::u2:
    return integer_value(wrap_integer(type, read<uint8_t>(element)));
  case DType::c64:
  case DType::c128:
    break;
  }
  return {};
}

void store_scalar(DType type, void *element, ScalarValue value) {
  switch (type) {
  case DType::f32:
    return write(element, float(value.d));
  case DType::f64:
    return write(element, value.d);
  case DType::f16:
  case DType::bf16:
    return write(element,
                 uint16_t(real_from_double(type, value.d, Saturation::off)));
  case DType::f8e4m3fn:
  case DType::f8e4m3fnuz:
  case DType::f8e5m2:
  case DType::f8e5m2fnuz:
  case DType::f8e8m0:
  case DType::f4e2m1:
    return write(element,
                 uint8_t(real_from_double(type, value.d, Saturation::off)));
  case DType::boolean:
  case DType::i8:
  case DType::u8:
  case DType::i4:
  case DType::u4:
  case DType::i2:
  case DType::u2:
    return write(element, uint8_t(value.i));
  case DType::i16:
  case DType::u16:
    return write(element, uint16_t(value.i));
  case DType::i32:
  case DType::u32:
    return write(element, uint32_t(value.i));
  case DType::i64:
  case DType::u64:
  case DType::string:
    return write(element, value.i);
  case DType::c64:
  case DType::c128:
    break;
  }
}

ScalarValue scalar_from_bits(DType type, uint64_t bits) {
  if (!is_real(type))
    return integer_value(int64_t(bits));
  if (type == DType::f64)
    return real_value(std::bit_cast<double>(bits));
  return real_value(real_to_float(type, uint32_t(bits)));
}

} // namespace landfall
