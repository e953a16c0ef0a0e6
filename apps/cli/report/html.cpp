//===- html.cpp - Reports as pages for a browser --------------------------===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#include "apps/cli/report/html.h"
#include "base/file.h"

#include <landfall/version.h>

namespace landfall::cli {

/// Generated from page.html.
extern const char *const page_template;

Status write_html(const std::string &path, const std::string &command,
                  const std::string &model, Json report) {
  report["command"] = command;
  report["model"] = model;
  report["version"] = LF_VERSION;
  std::string text =
                  report.dump(-1, ' ', false, Json::error_handler_t::replace),
              safe;
  // A name in a model could end the script that holds the report.
  for (char c : text)
    if (c == '<')
      safe += "\\u003c";
    else
      safe += c;
  const std::string marker = "/*REPORT*/";
  std::string page = page_template;
  page.replace(page.find(marker), marker.size(), safe);
  return write_file(
      path, {reinterpret_cast<const uint8_t *>(page.data()), page.size()});
}

} // namespace landfall::cli
