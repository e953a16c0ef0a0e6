//===- verify.cpp - landfall verify ---------------------------------------===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#include "apps/cli/commands/opened_model.h"
#include "apps/cli/report/attempt.h"
#include "apps/cli/report/units.h"

#include <fmt/format.h>

namespace landfall::cli {

namespace {

constexpr const char *footer = R"(Examples:
  landfall verify model.lfm                   whether the file is damaged
  landfall verify model.lfm --device reef1    and whether reef1 can load it

Every byte that a run reads is compared with the checksums that were made when
the package was written. The exit code is 4 if one differs, or if an older
Landfall wrote no checksums of weights and code.)";

struct VerifyCommand {
  std::string path;
  std::string device;
  bool json = false;
};

/// Opening checks all but the weights, which a mapped package leaves out.
Result<lf::Package> open_checked(const VerifyCommand &command) {
  lf::Package package = TRY(attempt(
      [&] { return lf::Package::open(command.path, R"({"map": true})"); }));
  auto checked = attempt([&] { package.check(); });
  if (!checked)
    return checked.take_error().in_file(command.path);
  if (!command.device.empty())
    TRY(attempt([&] { package.verify(command.device); }));
  return package;
}

Status verify(const VerifyCommand &command) {
  lf::Package package = TRY(open_checked(command));
  Json summary =
      parse_json(TRY(attempt([&] { return package.describe("summary"); })));
  if (command.json) {
    print_json({{"file", command.path},
                {"target", summary["target"]},
                {"producer", summary["producer"]},
                {"weight_bytes", summary["weight_bytes"]},
                {"device", command.device}});
    return {};
  }
  fmt::print("{}: undamaged; {} kernels, {} of weights, for {}{}\n",
             command.path, summary["kernels"].size(),
             bytes_text(summary["weight_bytes"]),
             summary["target"].get<std::string>(),
             command.device.empty() ? "" : "; loads on " + command.device);
  return {};
}

} // namespace

Command verify_command() {
  auto command = std::make_shared<VerifyCommand>();
  Command made{"verify", "Say whether a package is damaged", footer};
  made.add({.names = "package",
            .value = &command->path,
            .description = "The package (.lfm)",
            .operand = "FILE",
            .is_required = true});
  made.add({.names = "--device",
            .value = &command->device,
            .description = "Also say whether this device can load it",
            .operand = "DEVICE"});
  made.add_json(command->json);
  made.run = [command](bool &) { return verify(*command); };
  return made;
}

} // namespace landfall::cli
