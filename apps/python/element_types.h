//===- element_types.h - Element types in Python ----------------*- C++ -*-===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#pragma once

#include <landfall/landfall.h>

#include <array>
#include <nanobind/ndarray.h>
#include <string_view>

namespace landfall::python {

/// An element type as numpy, the buffer protocol and DLPack know it.
struct ElementType {
  lf_dtype type;
  std::string_view formats; ///< Any of these letters, in the buffer protocol.
  nanobind::dlpack::dtype_code code;
  uint8_t bits;
  bool in_numpy; ///< Otherwise it is a type of ml_dtypes.

  nanobind::dlpack::dtype dlpack() const {
    return {static_cast<uint8_t>(code), bits, 1};
  }
};

using DlpackCode = nanobind::dlpack::dtype_code;

/// The types that another library can pass without a copy. numpy's long, "l",
/// has 8 bytes.
constexpr std::array element_types = {
    ElementType{LF_BOOL, "?", DlpackCode::Bool, 8, true},
    ElementType{LF_INT8, "b", DlpackCode::Int, 8, true},
    ElementType{LF_UINT8, "B", DlpackCode::UInt, 8, true},
    ElementType{LF_INT16, "h", DlpackCode::Int, 16, true},
    ElementType{LF_UINT16, "H", DlpackCode::UInt, 16, true},
    ElementType{LF_INT32, "i", DlpackCode::Int, 32, true},
    ElementType{LF_UINT32, "I", DlpackCode::UInt, 32, true},
    ElementType{LF_INT64, "lq", DlpackCode::Int, 64, true},
    ElementType{LF_UINT64, "LQ", DlpackCode::UInt, 64, true},
    ElementType{LF_FLOAT16, "e", DlpackCode::Float, 16, true},
    ElementType{LF_FLOAT32, "f", DlpackCode::Float, 32, true},
    ElementType{LF_FLOAT64, "d", DlpackCode::Float, 64, true},
    ElementType{LF_COMPLEX64, "", DlpackCode::Complex, 64, true},
    ElementType{LF_COMPLEX128, "", DlpackCode::Complex, 128, true},
    ElementType{LF_BFLOAT16, "", DlpackCode::Bfloat, 16, false},
    ElementType{LF_FLOAT8E4M3FN, "", DlpackCode::Float8_E4M3FN, 8, false},
    ElementType{LF_FLOAT8E4M3FNUZ, "", DlpackCode::Float8_E4M3FNUZ, 8, false},
    ElementType{LF_FLOAT8E5M2, "", DlpackCode::Float8_E5M2, 8, false},
    ElementType{LF_FLOAT8E5M2FNUZ, "", DlpackCode::Float8_E5M2FNUZ, 8, false},
    ElementType{LF_FLOAT8E8M0, "", DlpackCode::Float8_E8M0FNU, 8, false},
};
static_assert(sizeof(long) == 8);

/// Null: not in the table.
constexpr const ElementType *element_type(lf_dtype type) {
  for (const ElementType &known : element_types)
    if (known.type == type)
      return &known;
  return nullptr;
}

} // namespace landfall::python
