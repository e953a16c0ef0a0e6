//===- doctor.cpp - landfall doctor ---------------------------------------===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#include "apps/cli/commands/commands.h"
#include "apps/cli/commands/doctor_checks.h"
#include "apps/cli/report/build_facts.h"
#include "apps/cli/report/progress.h"
#include "apps/cli/report/table.h"

#include <fmt/format.h>

namespace landfall::cli {

namespace {

constexpr const char *footer = R"(Examples:
  landfall doctor             what works here, and what does not
  landfall doctor --json      for a bug report

Compiles a small model for every device that is here, runs it and compares each
kernel with the interpreter; looks at libraries, the cache's folder and Python.
A part that is not installed ("-") is no error. The exit code is that of the
first check that failed.)";

struct DoctorCommand {
  std::string python;
  bool json = false;
};

Json findings_json(const std::vector<Finding> &findings) {
  Json list = Json::array();
  for (const Finding &finding : findings) {
    const char *state =
        finding.error ? "failed" : (finding.is_missing ? "missing" : "ok");
    Json row = {
        {"subject", finding.subject}, {"state", state}, {"text", finding.text}};
    row.update(finding.data);
    list.push_back(std::move(row));
  }
  return list;
}

void print_text(const std::vector<Finding> &findings) {
  Table table({{""}, {"part"}, {"found"}});
  for (const Finding &finding : findings) {
    table.add({finding.error ? "FAILED" : (finding.is_missing ? "-" : "ok"),
               finding.subject, finding.text});
    if (finding.data.value("simulated", true))
      continue;
    for (const std::string line : finding.data["details"])
      table.add({"", "", "  " + line});
  }
  fmt::print("{}\n{}", build_facts_text(), table.text(""));
}

/// The code is that of the first failure.
Status status_of(const std::vector<Finding> &findings) {
  std::string failed;
  std::optional<ErrorCode> code;
  for (const Finding &finding : findings)
    if (finding.error) {
      failed += (failed.empty() ? "" : ", ") + finding.subject;
      code = code.value_or(finding.error->code);
    }
  if (!code)
    return {};
  return Error{*code, "of this installation, this does not work: " + failed};
}

Status doctor(const DoctorCommand &command, bool &error_is_reported) {
  std::vector<Finding> findings = [&] {
    Progress progress;
    progress.show("checking this installation");
    return check_installation(command.python);
  }();
  Status status = status_of(findings);
  if (command.json)
    print_json({{"build", build_facts_json()},
                {"findings", findings_json(findings)},
                {"error", status ? Json() : error_json(status.error())}});
  else
    print_text(findings);
  error_is_reported = true;
  return status;
}

} // namespace

Command doctor_command() {
  auto command = std::make_shared<DoctorCommand>();
  Command made{"doctor", "Say what of this installation works", footer};
  made.add(
      {.names = "--python",
       .value = &command->python,
       .description = "The Python to look at. Default: .venv's, then python3",
       .operand = "FILE"});
  made.add_json(command->json);
  made.run = [command](bool &error_is_reported) {
    return doctor(*command, error_is_reported);
  };
  return made;
}

} // namespace landfall::cli
