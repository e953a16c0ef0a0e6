//===- cache.cpp - landfall cache -----------------------------------------===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#include "apps/cli/commands/commands.h"
#include "apps/cli/report/json.h"
#include "apps/cli/report/units.h"
#include "base/disk_cache.h"

#include <filesystem>
#include <fmt/format.h>

namespace landfall::cli {

namespace {

constexpr const char *footer = R"(Examples:
  landfall cache            where it is, and how large
  landfall cache --clear    removes all of it

The code of the kernels of any model is kept, and of what they share, and taken
from there when a kernel is the same: nothing is generated for a model that was
compiled before. LANDFALL_CACHE names another folder; LANDFALL_CACHE=off, or
--no-cache for one command, keeps nothing. What was not used for longest goes
when the limit is reached.)";

Status show(bool clears, bool as_json) {
  std::string folder = DiskCache::user_folder();
  DiskCache cache(folder);
  std::error_code ignored;
  bool is_refused =
      std::filesystem::exists(folder, ignored) && !cache.is_private();
  bool is_used = !folder.empty() && !is_refused;
  DiskCache::Contents before =
      folder.empty() ? DiskCache::Contents() : cache.contents();
  if (clears && !folder.empty())
    TRY(cache.clear());
  if (as_json)
    print_json({{"folder", folder},
                {"objects", before.files},
                {"bytes", before.bytes},
                {"used", is_used},
                {"limit_bytes", DiskCache::default_limit},
                {"cleared", clears}});
  else if (folder.empty())
    fmt::print(
        "there is no cache: LANDFALL_CACHE is off, or HOME is not set\n");
  else if (is_refused)
    fmt::print("{} is not used: it must be a folder of yours that nobody else "
               "may write to (chmod go-w), since code is taken from it\n",
               folder);
  else
    fmt::print("{}: {} objects, {}{}\n", folder, before.files,
               bytes_text(before.bytes),
               clears ? ", removed"
                      : " of at most " + bytes_text(DiskCache::default_limit));
  return {};
}

} // namespace

Command cache_command() {
  struct Flags {
    bool clears = false, as_json = false;
  };
  auto flags = std::make_shared<Flags>();
  Command made{"cache", "Show or clear what compilations keep", footer};
  made.add({.names = "--clear",
            .value = &flags->clears,
            .description = "Remove all of it"});
  made.add_json(flags->as_json);
  made.run = [flags](bool &) { return show(flags->clears, flags->as_json); };
  return made;
}

} // namespace landfall::cli
