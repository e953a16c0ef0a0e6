//===- plugin_path.cpp - Where libraries lie that are loaded on demand ----===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//

#include "runtime/plugin_path.h"

#include <landfall/version.h>

#include <dlfcn.h>
#include <filesystem>
#include <fmt/format.h>

namespace landfall::runtime {

std::vector<std::string> plugin_paths(std::string_view stem) {
  std::string name = fmt::format("{}.so.{}", stem, LF_VERSION_MAJOR);
  Dl_info self;
  if (!dladdr(reinterpret_cast<void *>(&plugin_paths), &self))
    return {name};
  std::error_code ignored;
  auto file = std::filesystem::canonical(self.dli_fname, ignored);
  auto folder = file.parent_path();
  return {folder / name, folder / "../lib" / name, folder / "../../lib" / name,
          name};
}

} // namespace landfall::runtime
