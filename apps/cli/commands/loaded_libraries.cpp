//===- loaded_libraries.cpp - The shared libraries of this process --------===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#include "apps/cli/commands/loaded_libraries.h"

#include <landfall/landfall.h>

#include <array>
#include <dlfcn.h>
#include <filesystem>
#include <fmt/format.h>
#include <link.h>

namespace landfall::cli {

namespace fs = std::filesystem;

namespace {

int add_library(dl_phdr_info *info, size_t, void *list) {
  std::error_code error;
  fs::path path = fs::canonical(info->dlpi_name, error);
  if (!error && path.is_absolute())
    static_cast<std::vector<std::string> *>(list)->push_back(path.string());
  return 0;
}

/// What every program of the system loads.
bool is_of_system(std::string_view name) {
  constexpr std::array names = {"libc.so",       "libm.so",     "libdl.so",
                                "libpthread.so", "librt.so",    "ld-linux",
                                "libgcc_s.so",   "liblandfall", "libc-",
                                "libm-",         "libpthread-", "libdl-",
                                "librt-",        "ld-"};
  for (std::string_view prefix : names)
    if (name.starts_with(prefix))
      return true;
  return false;
}

} // namespace

std::vector<std::string> loaded_libraries() {
  std::vector<std::string> list;
  dl_iterate_phdr(add_library, &list);
  return list;
}

std::vector<std::string> foreign_libraries() {
  std::vector<std::string> list;
  for (const std::string &path : loaded_libraries())
    if (std::string name = fs::path(path).filename().string();
        !is_of_system(name))
      list.push_back(name);
  return list;
}

std::string runtime_library() {
  Dl_info found;
  std::error_code error;
  if (!dladdr(reinterpret_cast<const void *>(&lf_version), &found))
    return {};
  fs::path path = fs::canonical(found.dli_fname, error);
  return error ? std::string(found.dli_fname) : path.string();
}

std::string beside_runtime(std::string_view stem) {
  return (fs::path(runtime_library()).parent_path() /
          fmt::format("{}.so.{}", stem, LF_VERSION_MAJOR))
      .string();
}

} // namespace landfall::cli
