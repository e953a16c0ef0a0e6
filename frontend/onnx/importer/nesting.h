//===- nesting.h - How deep functions and subgraphs go ----------*- C++ -*-===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#pragma once

#include "base/build_error.h"

#include <string>

namespace landfall::frontend {

/// While it lives, one level more of nested bodies is walked. Each takes a part
/// of the thread's stack, of which nobody knows the size, so there is a limit.
class Nesting {
public:
  static constexpr int deepest = 64;

  explicit Nesting(int &depth) : depth_(depth) {
    if (depth_ >= deepest)
      throw BuildError(ErrorCode::unsupported,
                       "functions and subgraphs are nested more than " +
                           std::to_string(deepest) + " deep");
    ++depth_;
  }
  ~Nesting() { --depth_; }
  Nesting(const Nesting &) = delete;
  Nesting &operator=(const Nesting &) = delete;

private:
  int &depth_;
};

} // namespace landfall::frontend
