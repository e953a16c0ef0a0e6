//===- command.h - What a command takes and does ----------------*- C++ -*-===//
//
// Part of Landfall, under the Apache License v2.0.
//
// Commands are data: the parser, --help and the shells' completion read them.
//
//===----------------------------------------------------------------------===//
#pragma once

#include "base/result.h"

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <utility>
#include <variant>
#include <vector>

namespace landfall::cli {

/// An option, or an operand that is known by its place.
struct Option {
  /// What is set: a bool by the option alone; a list by each time it is given.
  using Value = std::variant<bool *, int *, uint64_t *, double *, std::string *,
                             std::vector<std::string> *>;

  std::string names; ///< "-o,--output"; of an operand, a name without dashes.
  Value value;
  std::string description;
  /// What --help calls what follows. FILE, DIR and DEVICE are completed so.
  std::string operand = {};
  bool is_required = false;
  std::vector<std::string> words = {}; ///< All that may follow; none: anything.
  std::optional<std::pair<int, int>> range = {}; ///< The least and the most.
  bool is_not_negative = false;
  /// Says what is wrong with what follows; an empty text: nothing.
  std::function<std::string(const std::string &)> check = {};
};

struct Command {
  std::string name;
  std::string description;
  std::string footer = {}; ///< Examples, below the options.
  std::vector<Option> options = {};
  /// Where all that follows goes, unread; null: the options are what it takes.
  std::vector<std::string> *unread = nullptr;
  /// Called once the command line is known to be right. Sets its argument if
  /// the error that it returns is in its JSON report.
  std::function<Status(bool &error_is_reported)> run = {};

  void add(Option option) { options.push_back(std::move(option)); }
  void add_json(bool &as_json) {
    add({.names = "--json",
         .value = &as_json,
         .description = "Report as JSON"});
  }
};

} // namespace landfall::cli
