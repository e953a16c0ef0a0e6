//===- utf8.h - Whether bytes are text -------------------------*- C++ -*-===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#pragma once

#include <string_view>

namespace landfall {

/// Well-formed UTF-8 as Unicode defines it: no overlong forms, no surrogates,
/// nothing above U+10FFFF.
bool is_utf8(std::string_view text);

} // namespace landfall
