//===- dtype.h - Element types and bit-exact conversions -------*- C++ -*-===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

namespace landfall {

/// The element types of ONNX (base/dtype.def has a row for each).
enum class DType : uint8_t {
#define DTYPE(id, name, bytes, bits, kind, onnx) id,
#include "base/dtype.def"
};

enum class DTypeKind : uint8_t { boolean, sint, uint, real, complex, text };

struct DTypeInfo {
  std::string_view name; ///< numpy's / ml_dtypes' name.
  uint8_t bytes;         ///< Bytes an element takes in a buffer.
  uint8_t bits;          ///< Bits of information (4 for int4).
  DTypeKind kind;
  int onnx; ///< TensorProto.DataType.
};

/// The number of element types; a DType read from a file must be below it.
int dtype_count();
const DTypeInfo &info(DType type);
std::optional<DType> dtype_from_onnx(int onnx);
std::optional<DType> dtype_from_name(std::string_view name);

inline std::string_view name(DType type) { return info(type).name; }
inline int64_t size_of(DType type) { return info(type).bytes; }
inline bool is_real(DType t) { return info(t).kind == DTypeKind::real; }
inline bool is_integer(DType t) {
  return info(t).kind == DTypeKind::sint || info(t).kind == DTypeKind::uint;
}
inline bool is_signed_integer(DType t) {
  return info(t).kind == DTypeKind::sint;
}
inline bool is_unsigned_integer(DType t) {
  return info(t).kind == DTypeKind::uint;
}
/// A real type narrower than f32: computed in f32, rounded once per operation.
inline bool is_narrow_real(DType t) { return is_real(t) && info(t).bits < 32; }

/// Whether a float-to-narrow conversion clamps out-of-range values to the
/// largest finite one (ONNX Cast's `saturate`) or lets them become infinity /
/// NaN as the format says. It matters to the formats of 8 bits only: f16, bf16
/// and wider always overflow to infinity, f4 always clamps. NaN stays NaN,
/// except in f4, which has none: -0.
enum class Saturation : uint8_t { off, on };

/// Decodes one element of a real type (f16, bf16, the f8 family, f4, and f32
/// itself) from its storage bits. Exact. Formats: OCP OFP8 / MX v1.0, and the
/// fnuz variants as ONNX's "Float stored in 8 bits" page states them.
float real_to_float(DType type, uint32_t bits);

/// Encodes, rounding to nearest even (f8e8m0: the magnitude rounds up, as
/// ONNX's default; the sign is dropped). The result occupies the low
/// `info(type).bits` bits.
uint32_t real_from_float(DType type, float value,
                         Saturation saturate = Saturation::on);

/// Encodes from double with a single rounding (no double rounding via float).
uint32_t real_from_double(DType type, double value,
                          Saturation saturate = Saturation::on);

/// Wraps `value` to the type's width and sign (two's complement).
int64_t wrap_integer(DType type, int64_t value);

} // namespace landfall
