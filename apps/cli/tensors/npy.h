//===- npy.h - numpy's file of one array ----------------------*- C++ -*-===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#pragma once

#include "apps/cli/tensors/tensor.h"

#include <array>
#include <optional>

namespace landfall::cli {

/// Decodes a .npy (formats 1 to 3, little-endian, either order). The tensor
/// views `file` where it can. numpy has no name for narrow types and writes
/// them as raw bytes: those become `expected`. Errors name `place`.
Result<Tensor> parse_npy(const Bytes &file, const std::string &place,
                         std::optional<DType> expected = std::nullopt);

/// A .npy in two parts: the header, then the elements.
using NpyParts = std::array<Bytes, 2>;

/// Encodes in C order; types that numpy lacks become raw bytes ("<V2"), as
/// numpy.save writes those of ml_dtypes.
NpyParts encode_npy(const Tensor &tensor);

} // namespace landfall::cli
