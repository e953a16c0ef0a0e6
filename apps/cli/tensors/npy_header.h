//===- npy_header.h - The header of a .npy file ---------------*- C++ -*-===//
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

/// The entries of the header, a Python dictionary that describes the array.
struct NpyHeader {
  /// numpy's element type: byte order, kind and size in bytes, such as "<f4".
  std::string descr;
  bool is_fortran = false; ///< Column-major: the first dimension is contiguous.
  std::vector<int64_t> dims;
};

/// Parses the header's text: a literal of the form that numpy writes, no other
/// Python expressions. nullopt if it is malformed, lacks one of the three keys
/// or has another one.
std::optional<NpyHeader> parse_npy_header(std::string_view text);

/// The header's text, without the padding that aligns the elements.
std::string npy_header_text(const NpyHeader &header);

} // namespace landfall::cli
