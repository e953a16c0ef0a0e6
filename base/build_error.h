//===- build_error.h - An Error on its way out of deep code -----*- C++ -*-===//
//
// Part of Landfall, under the Apache License v2.0.
//
// Code that builds graphs calls through many layers, each of which may refuse.
// Inside the rooms that import and build (onnx_format, ir, frontend) a refusal
// is thrown; no public function of a room lets it out: there it is a `Result`
// (docs/decisions/002-import-errors.md).
//
//===----------------------------------------------------------------------===//
#pragma once

#include "base/result.h"

#include <exception>
#include <string>
#include <utility>

namespace landfall {

/// An `Error` as an exception; caught where its place (node, file) is added.
class BuildError : public std::exception {
public:
  explicit BuildError(Error error) : error(std::move(error)) {}
  BuildError(ErrorCode code, std::string message)
      : error{code, std::move(message)} {}
  const char *what() const noexcept override { return error.message.c_str(); }
  Error error;
};

/// The value of a result, or its error thrown.
template <typename T> T value_or_throw(Result<T> result) {
  if (!result)
    throw BuildError(result.take_error());
  return result.take();
}

} // namespace landfall
