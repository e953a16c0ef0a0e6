//===- warnings.h - What the library warns of, in Python --------*- C++ -*-===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#pragma once

#include <landfall/landfall.hpp>
#include <nanobind/nanobind.h>

#include <string>
#include <vector>

namespace landfall::python {

/// Collects warnings while the GIL is released, and gives them to Python when
/// it is held again.
class Warnings {
public:
  void add(const char *text) { texts_.emplace_back(text); }
  void listen(lf::RunOptions &options) {
    options.set_warning(
        [](void *self, const char *text) {
          static_cast<Warnings *>(self)->add(text);
        },
        this);
  }
  /// Throws if Python's filters make an error of one.
  void tell() const {
    for (const std::string &text : texts_)
      if (PyErr_WarnEx(PyExc_UserWarning, text.c_str(), 1) != 0)
        throw nanobind::python_error();
  }

private:
  std::vector<std::string> texts_;
};

} // namespace landfall::python
