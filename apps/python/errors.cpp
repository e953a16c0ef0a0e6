//===- errors.cpp - landfall.Error ----------------------------------------===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#include "apps/python/errors.h"

#include <string>

namespace nb = nanobind;

namespace landfall::python {

namespace {

/// A str; bytes that are not UTF-8 (a message may quote a damaged file) are
/// replaced.
nb::object to_str(const std::string &text) {
  PyObject *made = PyUnicode_DecodeUTF8(text.data(), text.size(), "replace");
  return made ? nb::steal(made) : nb::none();
}

/// "... node 'name' (Type, ...): ..." -> name, Type: how every located message
/// is written (frontend, kernel checks); what fails between kernels names the
/// node only.
std::pair<nb::object, nb::object> location_of(const std::string &message) {
  size_t start = message.rfind("node '");
  if (start == std::string::npos)
    return {nb::none(), nb::none()};
  size_t name = start + 6, end = message.find("' (", name);
  size_t bare = message.find("': ", name);
  if (bare < end)
    return {to_str(message.substr(name, bare - name)), nb::none()};
  if (end == std::string::npos)
    return {nb::none(), nb::none()};
  size_t type = end + 3, stop = message.find_first_of(",)", type);
  return {to_str(message.substr(name, end - name)),
          to_str(message.substr(type, stop - type))};
}

} // namespace

void raise(const lf::Error &error) {
  nb::object type = nb::module_::import_("landfall").attr("Error");
  std::string message = error.what();
  auto [node, op] = location_of(message);
  if (!error.node().empty())
    node = to_str(error.node());
  if (!error.op().empty())
    op = to_str(error.op());
  nb::object exception =
      type(lf_status_name(error.status()), to_str(message), node, op);
  PyErr_SetObject(type.ptr(), exception.ptr());
  throw nb::python_error();
}

} // namespace landfall::python
