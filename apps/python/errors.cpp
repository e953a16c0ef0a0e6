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

/// None where it is not known.
nb::object known(const std::string &text) {
  return text.empty() ? nb::none() : to_str(text);
}

nb::list names(const std::vector<lf::Error::Node> &nodes) {
  nb::list list;
  for (const lf::Error::Node &node : nodes)
    list.append(to_str(node.name));
  return list;
}

} // namespace

void raise(const lf::Error &error) {
  nb::object type = nb::module_::import_("landfall").attr("Error");
  const lf::Error::Node &node = error.node();
  nb::dict sizes;
  for (const lf::Error::Size &size : error.sizes())
    sizes[to_str(size.name)] = size.value;
  nb::object exception = type(
      lf_status_name(error.status()), to_str(error.what()),
      nb::arg("reason") = to_str(error.reason()),
      nb::arg("file") = known(error.file()), nb::arg("node") = known(node.name),
      nb::arg("operator") = known(node.op),
      nb::arg("opset") =
          node.opset > 0 ? nb::object(nb::int_(node.opset)) : nb::none(),
      nb::arg("enclosing") = names(error.enclosing()),
      nb::arg("fused_with") = names(error.fused_with()),
      nb::arg("sizes") = sizes);
  PyErr_SetObject(type.ptr(), exception.ptr());
  throw nb::python_error();
}

} // namespace landfall::python
