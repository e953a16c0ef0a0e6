//===- npy_header.h - What a .npy says of its array -----------*- C++ -*-===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#pragma once

#include "base/result.h"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace landfall::cli {

/// The header's dictionary.
struct NpyHeader {
  std::string descr; ///< "<f4".
  bool is_fortran = false;
  std::vector<int64_t> dims;
};

/// Reads the Python literal that numpy writes: nothing more general. Nothing
/// if it is another thing.
std::optional<NpyHeader> parse_npy_header(std::string_view text);

/// The literal, without padding.
std::string npy_header_text(const NpyHeader &header);

} // namespace landfall::cli
