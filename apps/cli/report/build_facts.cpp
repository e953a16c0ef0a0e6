//===- build_facts.cpp - How this program was built -----------------------===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#include "apps/cli/report/build_facts.h"

#include <landfall/landfall.hpp>

#include <fmt/format.h>
#include <gnu/libc-version.h>
#include <sys/utsname.h>

namespace landfall::cli {

namespace {

#if defined(__OPTIMIZE__)
constexpr bool is_optimised = true;
#else
constexpr bool is_optimised = false;
#endif

#if defined(__clang__)
constexpr const char *built_with = __VERSION__;
#else
constexpr const char *built_with = "GCC " __VERSION__;
#endif

std::string processor() {
  utsname system;
  return uname(&system) == 0 ? system.machine : "unknown";
}

} // namespace

std::string build_facts_text() {
  Json facts = build_facts_json();
  std::string devices;
  for (const std::string name : facts["devices"])
    devices += (devices.empty() ? "" : ", ") + name;
  return fmt::format("landfall {}\n"
                     "library    {}\n"
                     "built      {}, {}\n"
                     "system     {}, glibc {}\n"
                     "devices    {}\n",
                     LF_VERSION, lf_version(), built_with,
                     is_optimised ? "optimised" : "not optimised", processor(),
                     gnu_get_libc_version(), devices);
}

Json build_facts_json() {
  return {{"version", LF_VERSION},
          {"library", lf_version()},
          {"built_with", built_with},
          {"optimised", is_optimised},
          {"processor", processor()},
          {"c_library", fmt::format("glibc {}", gnu_get_libc_version())},
          {"devices", lf::devices()}};
}

} // namespace landfall::cli
