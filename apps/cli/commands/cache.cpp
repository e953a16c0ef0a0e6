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

Code that was generated for the kernels of any model is kept, and taken from
there when a kernel is the same: nothing is generated for a model that was
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
                {"kernels", before.files},
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
    fmt::print("{}: {} kernels, {}{}\n", folder, before.files,
               bytes_text(before.bytes),
               clears ? ", removed"
                      : " of at most " + bytes_text(DiskCache::default_limit));
  return {};
}

} // namespace

void add_cache(CLI::App &app, Action &action) {
  auto clears = std::make_shared<bool>(false);
  auto as_json = std::make_shared<bool>(false);
  CLI::App *sub =
      app.add_subcommand("cache", "Show or clear what compilations keep");
  sub->footer(footer);
  sub->add_flag("--clear", *clears, "Remove all of it");
  sub->add_flag("--json", *as_json, "Report as JSON");
  sub->callback([clears, as_json, &action] {
    action = [clears, as_json] { return show(*clears, *as_json); };
  });
}

} // namespace landfall::cli
