//===- loaded_libraries.h - The shared libraries of this process -*- C++ -*-==//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace landfall::cli {

/// The paths of all shared libraries that are loaded, links resolved, in the
/// order of loading.
std::vector<std::string> loaded_libraries();

/// Those that landfall uses of LLVM's project, C++'s library and the formats of
/// images, by file name: "libLLVM.so.22.1". C's library and Landfall's own are
/// left out.
std::vector<std::string> foreign_libraries();

/// The path of the library that runs packages; this program's own if that is
/// linked statically.
std::string runtime_library();

/// Where the runtime looks first for a library that is loaded on demand:
/// beside itself. `stem` is like "liblandfall_compiler".
std::string beside_runtime(std::string_view stem);

} // namespace landfall::cli
