//===- completion.cpp - landfall completion -------------------------------===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#include "apps/cli/commands/completion.h"
#include "apps/cli/commands/commands.h"

#include <landfall/landfall.hpp>

#include <fmt/format.h>
#include <map>

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

/// CLI11 appends a set of words to the type's name: "SHELL:{bash,fish,zsh}".
std::vector<std::string> words_in(const std::string &type) {
  size_t begin = type.find('{'), end = type.find('}');
  std::vector<std::string> words;
  if (begin == type.npos || end == type.npos)
    return words;
  for (size_t at = begin + 1; at < end;) {
    size_t stop = std::min(type.find(',', at), end);
    words.push_back(type.substr(at, stop - at));
    at = stop + 1;
  }
  return words;
}

Operand operand_of(const CLI::Option &option,
                   const std::vector<std::string> &devices,
                   std::vector<std::string> &words) {
  if (option.get_expected_max() == 0)
    return Operand::none;
  std::string type = option.get_type_name();
  words = words_in(type);
  if (type.starts_with("DEVICE"))
    words = devices;
  if (!words.empty())
    return Operand::word;
  if (type.starts_with("FILE"))
    return Operand::file;
  return type.starts_with("DIR") ? Operand::folder : Operand::anything;
}

/// A description may be several lines in --help.
std::string one_line(std::string text) {
  std::replace(text.begin(), text.end(), '\n', ' ');
  return text;
}

CompletedCommand completed(const CLI::App &app,
                           const std::vector<std::string> &devices) {
  CompletedCommand command{app.get_name(), one_line(app.get_description())};
  for (const CLI::Option *option : app.get_options()) {
    std::vector<std::string> words;
    Operand operand = operand_of(*option, devices, words);
    if (option->get_positional()) {
      command.operand = operand;
      command.words = words;
      continue;
    }
    CompletedOption made{
        {}, one_line(option->get_description()), operand, words};
    for (const std::string &name : option->get_lnames())
      made.names.push_back("--" + name);
    for (const std::string &name : option->get_snames())
      made.names.push_back("-" + name);
    command.options.push_back(made);
  }
  // Another parser's options: files are likely among them.
  if (app.get_prefix_command())
    command.operand = Operand::file;
  return command;
}

} // namespace

std::vector<CompletedCommand>
completed_commands(const CLI::App &app,
                   const std::vector<std::string> &devices) {
  std::vector<CompletedCommand> commands = {completed(app, devices)};
  commands[0].name.clear();
  for (const CLI::App *command : app.get_subcommands({}))
    commands.push_back(completed(*command, devices));
  return commands;
}

void add_completion(CLI::App &app, Action &action) {
  auto shell = std::make_shared<std::string>();
  CLI::App *sub = app.add_subcommand(
      "completion", "Print what makes a shell complete command lines");
  sub->footer(footer);
  std::vector<std::string> shells;
  for (const auto &[name, writer] : writers())
    shells.push_back(name);
  sub->add_option("shell", *shell, "The shell")
      ->required()
      ->type_name("SHELL")
      ->check(CLI::IsMember(shells));
  sub->callback([shell, &app, &action] {
    action = [shell, &app]() -> Status {
      fmt::print("{}",
                 writers().at(*shell)(completed_commands(app, lf::devices())));
      return {};
    };
  });
}

} // namespace landfall::cli
