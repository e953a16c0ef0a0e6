//===- completion.cpp - landfall completion -------------------------------===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#include "apps/cli/commands/completion.h"
#include "apps/cli/commands/commands.h"

#include <landfall/landfall.hpp>

#include <algorithm>
#include <fmt/format.h>
#include <map>
#include <sstream>

namespace landfall::cli {

namespace {

constexpr const char *footer = R"(Examples:
  landfall completion bash >> ~/.bash_completion
  landfall completion zsh > ~/.zfunc/_landfall      with fpath+=~/.zfunc in .zshrc
  landfall completion fish > ~/.config/fish/completions/landfall.fish)";

using Writer = std::string (*)(const std::vector<CompletedCommand> &);

const std::map<std::string, Writer> &writers() {
  static const std::map<std::string, Writer> map = {{"bash", bash_completion},
                                                    {"fish", fish_completion},
                                                    {"zsh", zsh_completion}};
  return map;
}

/// What may follow the option, and the words if only they may.
Operand operand_of(const Option &option,
                   const std::vector<std::string> &devices,
                   std::vector<std::string> &words) {
  if (std::holds_alternative<bool *>(option.value))
    return Operand::none;
  words = option.operand == "DEVICE" ? devices : option.words;
  if (!words.empty())
    return Operand::word;
  if (option.operand == "FILE")
    return Operand::file;
  return option.operand == "DIR" ? Operand::folder : Operand::anything;
}

/// "-o,--output": the long ones first.
std::vector<std::string> names_of(const std::string &names) {
  std::vector<std::string> found;
  std::istringstream stream(names);
  for (std::string name; std::getline(stream, name, ',');)
    found.push_back(name);
  std::ranges::stable_sort(found, std::greater(), [](const std::string &name) {
    return name.starts_with("--");
  });
  return found;
}

CompletedOption completed(const std::pair<std::string, std::string> &common) {
  return {names_of(common.first), common.second};
}

CompletedCommand completed(const Command &command,
                           const std::vector<std::string> &devices) {
  CompletedCommand result{command.name, command.description};
  if (command
          .unread) { // Another parser's options: files are likely among them.
    result.operand = Operand::file;
    return result;
  }
  result.options.push_back(completed(common_options().back()));
  for (const Option &option : command.options) {
    std::vector<std::string> words;
    Operand operand = operand_of(option, devices, words);
    if (option.names.starts_with("-")) {
      result.options.push_back(
          {names_of(option.names), option.description, operand, words});
      continue;
    }
    result.operand = operand;
    result.words = words;
  }
  return result;
}

} // namespace

std::vector<CompletedCommand>
completed_commands(const Program &program,
                   const std::vector<std::string> &devices) {
  CompletedCommand itself{"", program.description};
  for (const auto &common : common_options())
    itself.options.push_back(completed(common));
  std::vector<CompletedCommand> commands = {itself};
  for (const Command &command : program.commands)
    commands.push_back(completed(command, devices));
  return commands;
}

Command completion_command(const Program &program) {
  auto shell = std::make_shared<std::string>();
  Command made{"completion", "Print what makes a shell complete command lines",
               footer};
  std::vector<std::string> shells;
  for (const auto &[name, writer] : writers())
    shells.push_back(name);
  made.add({.names = "shell",
            .value = shell.get(),
            .description = "The shell",
            .operand = "SHELL",
            .is_required = true,
            .words = shells});
  made.run = [shell, &program](bool &) -> Status {
    fmt::print(
        "{}", writers().at(*shell)(completed_commands(program, lf::devices())));
    return {};
  };
  return made;
}

} // namespace landfall::cli
