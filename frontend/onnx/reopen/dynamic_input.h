//===- dynamic_input.h - Which extents of an input are free -----*- C++ -*-===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#pragma once

#include "base/result.h"
#include "package/program.h"

#include <optional>
#include <span>
#include <string>
#include <utility>
#include <vector>

namespace landfall::frontend {

/// One dimension of an input whose model is reopened.
struct DynamicDim {
  std::optional<int64_t> fixed; ///< The extent, unless it is free.
  std::string name;             ///< A free extent's; empty: one of its own.
};

/// The extents that an input is to have.
struct DynamicInput {
  std::string name; ///< Empty: the model's only input.
  std::vector<DynamicDim> dims;
};

/// Parses (input, dims) pairs. Dims are separated by `x` ("?x3x?x?": numbers
/// and "?", a free extent) or by commas ("batch,seq": names too; free extents
/// of one name are equal). Errors: invalid_argument.
Result<std::vector<DynamicInput>>
parse_dynamic(std::span<const std::pair<std::string, std::string>> inputs);

} // namespace landfall::frontend
