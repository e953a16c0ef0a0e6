//===- completion_scripts.cpp - Completion for each shell -----------------===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#include "apps/cli/commands/completion.h"

#include <fmt/format.h>

namespace landfall::cli {

namespace {

std::string joined(const std::vector<std::string> &words,
                   const char *between = " ") {
  std::string text;
  for (const std::string &word : words)
    text += (text.empty() ? "" : between) + word;
  return text;
}

std::string option_names(const CompletedCommand &command) {
  std::string text;
  for (const CompletedOption &option : command.options)
    text += (text.empty() ? "" : " ") + joined(option.names);
  return text;
}

std::string command_names(const std::vector<CompletedCommand> &commands) {
  std::vector<std::string> names;
  for (const CompletedCommand &command : commands)
    if (!command.name.empty())
      names.push_back(command.name);
  return joined(names);
}

/// 'text' for a shell.
std::string shell_quoted(std::string_view text) {
  std::string made = "'";
  for (char c : text)
    if (c == '\'')
      made += "'\\''";
    else
      made += c;
  return made + "'";
}

std::string bash_answer(Operand operand,
                        const std::vector<std::string> &words) {
  switch (operand) {
  case Operand::file:
    return "COMPREPLY=($(compgen -f -- \"$word\"))";
  case Operand::folder:
    return "COMPREPLY=($(compgen -d -- \"$word\"))";
  case Operand::word:
    return fmt::format("COMPREPLY=($(compgen -W {} -- \"$word\"))",
                       shell_quoted(joined(words)));
  case Operand::none:
  case Operand::anything:
    break;
  }
  return "COMPREPLY=()";
}

/// What may follow an option that has an operand: "    'run --input')".
std::string bash_operands(const CompletedCommand &command) {
  std::string rows;
  for (const CompletedOption &option : command.options) {
    if (option.operand == Operand::none)
      continue;
    std::string patterns;
    for (const std::string &name : option.names)
      patterns += (patterns.empty() ? "" : "|") +
                  shell_quoted(command.name + " " + name);
    rows += fmt::format("    {}) {}; return ;;\n", patterns,
                        bash_answer(option.operand, option.words));
  }
  return rows;
}

/// A colon ends a field of zsh's specifications, a bracket a description.
std::string zsh_text(std::string_view text) {
  std::string made;
  for (char c : text) {
    if (c == ':' || c == '[' || c == ']' || c == '\\')
      made += '\\';
    made += c;
  }
  return made;
}

std::string zsh_action(Operand operand, const std::vector<std::string> &words) {
  switch (operand) {
  case Operand::file:
    return ":file:_files";
  case Operand::folder:
    return ":folder:_files -/";
  case Operand::word:
    return fmt::format(":value:({})", joined(words));
  case Operand::anything:
    return ":value: ";
  case Operand::none:
    break;
  }
  return "";
}

std::string zsh_arguments(const CompletedCommand &command) {
  std::string rows;
  for (const CompletedOption &option : command.options)
    for (const std::string &name : option.names)
      rows += " \\\n        " +
              shell_quoted(
                  fmt::format("*{}[{}]{}", name, zsh_text(option.description),
                              zsh_action(option.operand, option.words)));
  if (command.operand != Operand::none)
    rows += " \\\n        " +
            shell_quoted("*" + zsh_action(command.operand, command.words));
  return rows;
}

std::string fish_operand(Operand operand,
                         const std::vector<std::string> &words) {
  switch (operand) {
  case Operand::file:
    return " -r -F";
  case Operand::folder:
    return " -x -a '(__fish_complete_directories)'";
  case Operand::word:
    return fmt::format(" -x -a {}", shell_quoted(joined(words)));
  case Operand::anything:
    return " -x";
  case Operand::none:
    break;
  }
  return "";
}

} // namespace

std::string bash_completion(const std::vector<CompletedCommand> &commands) {
  std::string operands, words;
  for (const CompletedCommand &command : commands) {
    operands += bash_operands(command);
    std::string rest =
        command.name.empty()
            ? fmt::format("COMPREPLY=($(compgen -W {} -- \"$word\"))",
                          shell_quoted(command_names(commands)))
            : bash_answer(command.operand, command.words);
    words += fmt::format("    {})\n"
                         "      if [[ $word == -* ]]; then\n"
                         "        COMPREPLY=($(compgen -W {} -- \"$word\"))\n"
                         "      else\n        {}\n      fi ;;\n",
                         shell_quoted(command.name),
                         shell_quoted(option_names(command)), rest);
  }
  return fmt::format(R"(# Completion of landfall for bash.
_landfall() {{
  local word=${{COMP_WORDS[COMP_CWORD]}} before=${{COMP_WORDS[COMP_CWORD-1]}}
  local command="" IFS=$' \t\n' k
  for ((k = 1; k < COMP_CWORD; ++k)); do
    if [[ ${{COMP_WORDS[k]}} != -* ]]; then
      command=${{COMP_WORDS[k]}}
      break
    fi
  done
  case "$command $before" in
{}  esac
  case "$command" in
{}  esac
}}
complete -o filenames -F _landfall landfall
)",
                     operands, words);
}

std::string zsh_completion(const std::vector<CompletedCommand> &commands) {
  std::string names, cases;
  for (const CompletedCommand &command : commands) {
    if (command.name.empty())
      continue;
    names += "    " +
             shell_quoted(command.name + ":" + zsh_text(command.description)) +
             "\n";
    cases += fmt::format("      {})\n        _arguments -s{} ;;\n",
                         command.name, zsh_arguments(command));
  }
  return fmt::format(R"(#compdef landfall
# Completion of landfall for zsh.
_landfall() {{
  local context state state_descr line
  typeset -A opt_args
  local -a commands=(
{})
  _arguments -C{} ':command:->command' '*::argument:->argument'
  case $state in
    command) _describe command commands ;;
    argument)
      case $words[1] in
{}      esac ;;
  esac
}}
if [[ $funcstack[1] == _landfall ]]; then
  _landfall "$@"
else
  compdef _landfall landfall
fi
)",
                     names, zsh_arguments(commands[0]), cases);
}

std::string fish_completion(const std::vector<CompletedCommand> &commands) {
  std::string text = "# Completion of landfall for fish.\n"
                     "complete -c landfall -f\n";
  for (const CompletedCommand &command : commands) {
    std::string when = command.name.empty()
                           ? "__fish_use_subcommand"
                           : "__fish_seen_subcommand_from " + command.name;
    std::string start =
        fmt::format("complete -c landfall -n {}", shell_quoted(when));
    if (!command.name.empty())
      text += fmt::format("complete -c landfall -n __fish_use_subcommand -a {} "
                          "-d {}\n",
                          command.name, shell_quoted(command.description));
    for (const CompletedOption &option : command.options) {
      std::string names;
      for (const std::string &name : option.names)
        names += name.starts_with("--") ? " -l " + name.substr(2)
                                        : " -s " + name.substr(1);
      text += fmt::format("{}{} -d {}{}\n", start, names,
                          shell_quoted(option.description),
                          fish_operand(option.operand, option.words));
    }
    if (command.operand == Operand::file)
      text += start + " -F\n";
    else if (command.operand == Operand::word)
      text +=
          fmt::format("{} -a {}\n", start, shell_quoted(joined(command.words)));
  }
  return text;
}

} // namespace landfall::cli
