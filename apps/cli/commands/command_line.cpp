//===- command_line.cpp - The words that a program is started with --------===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#include "apps/cli/commands/command_line.h"

#include <CLI/CLI.hpp>
#include <array>
#include <fmt/format.h>
#include <memory>
#include <sstream>

namespace landfall::cli {

namespace {

const std::array<std::pair<std::string, std::string>, 2> common = {
    {{"--version", "Print the version, how it was built, and exit"},
     {"-h,--help", "Print this help and exit"}}};

CLI::Option *declared(CLI::App &app, const Option &option) {
  return std::visit(
      [&](auto *value) {
        using Value = std::remove_pointer_t<decltype(value)>;
        if constexpr (std::is_same_v<Value, bool>)
          return app.add_flag(option.names, *value, option.description);
        else if constexpr (std::is_same_v<Value, std::vector<std::string>>)
          return app.add_option(option.names, *value, option.description)
              ->allow_extra_args(false);
        else
          return app.add_option(option.names, *value, option.description);
      },
      option.value);
}

void declare(CLI::App &app, const Option &option) {
  CLI::Option *added = declared(app, option);
  added->required(option.is_required);
  if (!option.operand.empty())
    added->type_name(option.operand);
  if (!option.words.empty())
    added->check(CLI::IsMember(option.words));
  if (option.range)
    added->check(CLI::Range(option.range->first, option.range->second));
  if (option.is_not_negative)
    added->check(CLI::NonNegativeNumber);
  if (option.check)
    added->check(CLI::Validator(
        [check = option.check](const std::string &text) { return check(text); },
        ""));
}

void declare(CLI::App &app, const Command &command, ParsedLine &parsed) {
  CLI::App *sub = app.add_subcommand(command.name, command.description);
  if (!command.footer.empty()) // Else it is the program's.
    sub->footer(command.footer);
  for (const Option &option : command.options)
    declare(*sub, option);
  if (command.unread) {
    sub->set_help_flag(); // What is unread may ask for help of its own.
    sub->prefix_command();
  }
  sub->callback([sub, &command, &parsed] {
    parsed.command = &command;
    if (command.unread)
      *command.unread = sub->remaining();
  });
}

std::unique_ptr<CLI::App> declare(const Program &program, ParsedLine &parsed) {
  auto app = std::make_unique<CLI::App>(program.description, program.name);
  app->footer(program.footer);
  const auto &[version, help] = common;
  app->set_version_flag(version.first, program.version, version.second);
  app->set_help_flag(help.first, help.second);
  app->require_subcommand(1);
  for (const Command &command : program.commands)
    declare(*app, command, parsed);
  return app;
}

/// CLI11 would only say that a command is missing.
std::optional<Error> unknown_command(const Program &program,
                                     const std::string &word) {
  if (word.starts_with("-"))
    return std::nullopt;
  std::string known;
  for (const Command &command : program.commands) {
    if (command.name == word)
      return std::nullopt;
    known += (known.empty() ? "" : ", ") + command.name;
  }
  return Error{
      ErrorCode::invalid_argument,
      fmt::format("there is no command '{}'; there are: {}", word, known)};
}

} // namespace

std::span<const std::pair<std::string, std::string>> common_options() {
  return common;
}

std::string help_text(const Program &program) {
  ParsedLine parsed;
  return declare(program, parsed)->help();
}

Result<ParsedLine> parse(const Program &program, int argc, char **argv) {
  if (argc > 1)
    if (auto error = unknown_command(program, argv[1]))
      return *error;
  ParsedLine parsed;
  std::unique_ptr<CLI::App> app = declare(program, parsed);
  try {
    app->parse(argc, argv);
    return parsed;
  } catch (const CLI::ParseError &problem) {
    if (problem.get_exit_code() == 0) {
      std::ostringstream text;
      app->exit(problem, text, text);
      return ParsedLine{nullptr, text.str()};
    }
    std::string command = program.name;
    for (const CLI::App *chosen : app->get_subcommands())
      command += " " + chosen->get_name();
    return Error{
        ErrorCode::invalid_argument,
        fmt::format("{} ({} --help shows how)", problem.what(), command)};
  }
}

} // namespace landfall::cli
