//===- plugin_path.h - Where libraries lie that are loaded on demand *- C++
//-*-===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace landfall::runtime {

/// The paths at which an installation or a build tree keeps the library `stem`
/// of this major version, relative to the one that this function is in, and at
/// last its bare name, which the dynamic linker looks for.
std::vector<std::string> plugin_paths(std::string_view stem);

} // namespace landfall::runtime
