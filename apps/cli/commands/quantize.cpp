//===- quantize.cpp - landfall quantize -----------------------------------===//
//
// Part of Landfall, under the Apache License v2.0.
//
// The quantiser is a part of the Python package: onnx and onnxruntime, on which
// it is built, are Python packages. This command finds an interpreter that has
// them and becomes it. The options are the quantiser's, its --help too
// (apps/python/landfall/quantization/arguments.py).
//
//===----------------------------------------------------------------------===//
#include "apps/cli/commands/child_process.h"
#include "apps/cli/commands/commands.h"
#include "apps/cli/commands/python_interpreter.h"

#include <cerrno>
#include <cstring>
#include <fmt/format.h>
#include <unistd.h>

namespace landfall::cli {

namespace {

// Both get the package's folder as their first argument; it replaces the
// working directory, whose files would hide packages.

/// Prints what is missing, or an empty line.
constexpr const char *probe = R"PYTHON(
import importlib.util, sys
sys.path[:1] = [sys.argv[1]] if sys.argv[1] else []
missing = [name for name in ("numpy", "onnx", "onnxruntime")
           if importlib.util.find_spec(name) is None]
try:
    import landfall
except ImportError as problem:
    missing.append(f"a landfall of its version ({problem})")
print(", ".join(missing))
)PYTHON";

constexpr const char *script = R"PYTHON(
import sys
sys.path[:1] = [sys.argv[1]] if sys.argv[1] else []
from landfall.quantization.arguments import run
sys.exit(run(sys.argv[2:]))
)PYTHON";

/// The value of --python; empty without one. All else is left to Python.
std::string chosen_python(const std::vector<std::string> &words) {
  const std::string option = "--python";
  for (size_t i = 0; i < words.size(); ++i) {
    if (words[i] == option && i + 1 < words.size())
      return words[i + 1];
    if (words[i].starts_with(option + "="))
      return words[i].substr(option.size() + 1);
  }
  return {};
}

/// An interpreter with all packages.
Result<std::string> find_python(const std::string &chosen,
                                const std::string &package) {
  std::string tried;
  for (const std::string &python : python_interpreters(chosen)) {
    auto child = ChildProcess::start({python, "-c", probe, package});
    auto answer = child ? child->receive() : std::nullopt;
    if (answer && answer->empty())
      return python;
    tried += fmt::format("{}{} {}", tried.empty() ? "" : "; ", python,
                         answer ? "lacks " + *answer
                                : std::string("cannot be started"));
  }
  return Error{ErrorCode::unsupported,
               fmt::format("the quantiser needs a Python with numpy, onnx and "
                           "onnxruntime: {}; --python names another",
                           tried)};
}

/// Returns only on failure.
Status become_quantizer(const std::vector<std::string> &words) {
  std::string package = python_package_folder();
  std::string python = TRY(find_python(chosen_python(words), package));
  std::vector<std::string> command = {python, "-c", script, package};
  command.insert(command.end(), words.begin(), words.end());
  std::vector<char *> arguments;
  for (std::string &word : command)
    arguments.push_back(word.data());
  arguments.push_back(nullptr);
  execvp(arguments[0], arguments.data());
  return Error{ErrorCode::io, fmt::format("cannot start '{}': {}", python,
                                          std::strerror(errno))};
}

} // namespace

Command quantize_command() {
  auto words = std::make_shared<std::vector<std::string>>();
  Command made{"quantize",
               "Write a model of integers of 8 or 4 bits, with its errors"};
  made.unread = words.get();
  made.run = [words](bool &) { return become_quantizer(*words); };
  return made;
}

} // namespace landfall::cli
