//===- python_interpreter.h - Python for optional features -----*- C++ -*-===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#pragma once

#include <string>
#include <vector>

namespace landfall::cli {

/// The interpreters to try, in order: `chosen` alone if it is not empty, else
/// LANDFALL_PYTHON, which the Python package's own script sets, that of a build
/// tree's repository (.venv), of the working directory's, and python3 of the
/// PATH.
std::vector<std::string> python_interpreters(const std::string &chosen);

/// The folder of the Python package that belongs to this program: of its build
/// tree, its installed tree or its wheel. Empty if there is none.
std::string python_package_folder();

} // namespace landfall::cli
