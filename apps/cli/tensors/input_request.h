//===- input_request.h - The command line's input options ------*- C++ -*-===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#pragma once

#include "base/result.h"

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <variant>
#include <vector>

namespace landfall::cli {

/// The options as given.
struct InputOptions {
  std::vector<std::string> shapes; ///< x=1x3x224x224
  std::vector<std::string> dims;   ///< N=4
  std::vector<std::string> inputs; ///< x=@file, x=random:7, x=16000
};

struct FromFile {
  std::string path;
};
struct FromSeed {
  uint64_t seed = 0;
};
struct FromNumber {
  double value = 0;
};
using InputSource = std::variant<FromSeed, FromFile, FromNumber>;

/// The parsed options. The name "" means the only input, or, with a file, every
/// input that has no source of its own.
struct InputRequest {
  std::map<std::string, std::vector<int64_t>> shapes;
  std::map<std::string, int64_t> dims;
  std::map<std::string, InputSource> sources;
};

Result<InputRequest> parse_input_options(const InputOptions &options);

} // namespace landfall::cli
