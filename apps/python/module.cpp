//===- module.cpp - The Python module -------------------------------------===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#include "apps/python/errors.h"
#include "apps/python/model.h"
#include "apps/python/warnings.h"

#include <memory>
#include <nanobind/stl/optional.h>
#include <nanobind/stl/string.h>
#include <nanobind/stl/vector.h>

namespace nb = nanobind;

namespace landfall::python {

namespace {

using Inputs = nb::typed<nb::dict, nb::str, nb::object>;
using Outputs = nb::typed<nb::dict, nb::str, nb::object>;

/// Tells the compiler's warnings.
lf::Progress listener(Warnings &warnings) {
  return [&](const char *, double, const char *warning) {
    if (warning) // No IR is asked for.
      warnings.add(warning);
  };
}

/// Makes a package with the GIL released and loads it.
template <typename Make>
Model *load(const Make &make, const std::string &device,
            const std::string &options) {
  try {
    return new Model(without_gil(make), device, options);
  } catch (const lf::Error &error) {
    raise(error);
  }
}

Model *compile_file(const std::string &path, const std::string &options,
                    const std::string &device,
                    const std::string &device_options) {
  Warnings warnings;
  std::unique_ptr<Model> model(load(
      [&] { return lf::Package::compile(path, options, listener(warnings)); },
      device, device_options));
  warnings.tell();
  return model.release();
}

Model *compile_bytes(const nb::bytes &model, const std::string &directory,
                     const std::string &options, const std::string &device,
                     const std::string &device_options) {
  const char *data = model.c_str();
  size_t size = model.size();
  Warnings warnings;
  std::unique_ptr<Model> compiled(load(
      [&] {
        return lf::Package::compile_bytes(data, size, directory, options,
                                          listener(warnings));
      },
      device, device_options));
  warnings.tell();
  return compiled.release();
}

/// The bytes of a package that is not loaded here.
template <typename Make> nb::bytes package_bytes(const Make &make) {
  Warnings warnings;
  std::string bytes;
  try {
    bytes = without_gil([&] { return make(listener(warnings)).bytes(); });
  } catch (const lf::Error &error) {
    raise(error);
  }
  warnings.tell();
  return nb::bytes(bytes.data(), bytes.size());
}

nb::bytes package_of_file(const std::string &path, const std::string &options) {
  return package_bytes([&](const lf::Progress &progress) {
    return lf::Package::compile(path, options, progress);
  });
}

nb::bytes package_of_bytes(const nb::bytes &model, const std::string &directory,
                           const std::string &options) {
  const char *data = model.c_str();
  size_t size = model.size();
  return package_bytes([&](const lf::Progress &progress) {
    return lf::Package::compile_bytes(data, size, directory, options, progress);
  });
}

Model *load_file(const std::string &path, const std::string &device,
                 const std::string &device_options) {
  return load([&] { return lf::Package::open(path); }, device, device_options);
}

Model *load_bytes(const nb::bytes &package, const std::string &device,
                  const std::string &device_options) {
  const char *data = package.c_str();
  size_t size = package.size();
  return load([&] { return lf::Package::from_bytes(data, size); }, device,
              device_options);
}

/// What the action gives, which runs with the GIL released.
template <typename Action> std::string text(const Action &action) {
  try {
    return without_gil(action);
  } catch (const lf::Error &error) {
    raise(error);
  }
}

std::string describe_device(const std::string &device) {
  return text([&] { return lf::describe_device(device); });
}

std::string query_file(const std::string &path, const std::string &options) {
  return text([&] { return lf::query(path, options); });
}

std::string query_bytes(const nb::bytes &model, const std::string &directory,
                        const std::string &options) {
  const char *data = model.c_str();
  size_t size = model.size();
  return text([&] { return lf::query_bytes(data, size, directory, options); });
}

void add_value(nb::module_ &m) {
  nb::class_<Port>(m, "Value", "An input or output of a model.")
      .def_ro("name", &Port::name, "Its name in the model.")
      .def_ro("kind", &Port::kind,
              "\"tensor\", \"sequence\", \"map\" or \"optional\".")
      .def_ro("dtype", &Port::dtype,
              "The element type's name in numpy or ml_dtypes, or \"string\".")
      .def_prop_ro("shape", &Port::shape,
                   nb::sig("def shape(self) -> list[int | str]"),
                   "Extents, and the names of free dimensions.")
      .def_ro("has_default", &Port::has_default,
              "Whether a run may leave the input out.")
      .def("__repr__", [](const Port &port) {
        return "Value(" + port.name + ": " + port.text + ")";
      });
}

void add_model(nb::module_ &m) {
  nb::class_<Model>(m, "Model",
                    "A compiled model on a device. Runs of one model come one "
                    "after the other; it may be used from any thread.")
      .def(
          "run",
          [](Model &model, const Inputs &inputs,
             std::optional<double> time_limit,
             std::optional<uint64_t> memory_limit,
             std::optional<uint64_t> step_limit) -> Outputs {
            return nb::borrow<Outputs>(
                model.run(inputs, time_limit, memory_limit, step_limit));
          },
          nb::arg("inputs"), nb::kw_only(), nb::arg("time_limit") = nb::none(),
          nb::arg("memory_limit") = nb::none(),
          nb::arg("step_limit") = nb::none(),
          "Runs once: {name: array} to {name: array}.\n\n"
          "Inputs are read in place where they can be; outputs are new. Other "
          "threads run\nmeanwhile; Ctrl-C ends the run with "
          "KeyboardInterrupt.\n\n"
          "A run that takes more than `time_limit` seconds fails with the code "
          "\"cancelled\"; one\nwhose tensors (intermediate ones, copies of "
          "inputs, results) need more than\n`memory_limit` bytes at once, with "
          "\"out_of_memory\", before it allocates them; one that interprets a "
          "kernel "
          "for more\nthan `step_limit` steps, with \"cancelled\".")
      .def(
          "run_torch",
          [](Model &model, const nb::typed<nb::list, nb::object> &inputs) {
            return nb::borrow<nb::typed<nb::list, nb::object>>(
                model.run_torch(inputs));
          },
          nb::arg("inputs"),
          "Runs once, by position: torch tensors (others that speak DLPack, "
          "integers) to torch\ntensors. Dense row-major inputs are read in "
          "place; outputs are new and not copied.")
      .def(
          "time",
          [](Model &model, const Inputs &inputs, int count) {
            return model.time(inputs, count);
          },
          nb::arg("inputs"), nb::arg("count"),
          "Runs `count` times and gives the milliseconds of each run.")
      .def(
          "statistics",
          [](Model &model, const Inputs &inputs) {
            return nb::borrow<nb::typed<nb::dict, nb::str, float>>(
                model.statistics(inputs));
          },
          nb::arg("inputs"),
          "Runs once: {\"total_ms\", \"planning_ms\" (up to the first launch), "
          "\"arena_bytes\",\n\"launches\"}.")
      .def(
          "profile",
          [](Model &model, const Inputs &inputs, int repeat) {
            return nb::borrow<nb::typed<nb::dict, nb::str, nb::object>>(
                model.profile(inputs, repeat));
          },
          nb::arg("inputs"), nb::arg("repeat") = 5,
          "Runs `repeat` times, each launch timed: {\"total\", \"kernels\", "
          "\"nodes\", \"runs\"};\nlf_session_profile in landfall.h says more.")
      .def("save", &Model::save, nb::arg("path"),
           "Writes the compiled model to a file (.lfm).")
      .def("to_bytes", &Model::to_bytes, "What `save` writes.")
      .def("describe", &Model::describe, nb::arg("what") = "summary",
           "What is in the compiled model: \"summary\" (JSON), \"program\" or "
           "\"kernels\".")
      .def_prop_ro("device", &Model::device,
                   "The name of the device that it is on.")
      .def_prop_ro("inputs", &Model::inputs, "What `run` takes.")
      .def_prop_ro("outputs", &Model::outputs, "What `run` gives.");
}

} // namespace

NB_MODULE(_landfall, m) {
  m.doc() = "The compiled part of landfall; use that.";
  add_value(m);
  add_model(m);
  // Options are JSON objects.
  m.def("compile_file", compile_file, nb::arg("path"), nb::arg("options"),
        nb::arg("device"), nb::arg("device_options"));
  m.def("compile_bytes", compile_bytes, nb::arg("model"), nb::arg("directory"),
        nb::arg("options"), nb::arg("device"), nb::arg("device_options"));
  m.def("package_of_file", package_of_file, nb::arg("path"),
        nb::arg("options"));
  m.def("package_of_bytes", package_of_bytes, nb::arg("model"),
        nb::arg("directory"), nb::arg("options"));
  m.def("load_file", load_file, nb::arg("path"), nb::arg("device"),
        nb::arg("device_options"));
  m.def("load_bytes", load_bytes, nb::arg("package"), nb::arg("device"),
        nb::arg("device_options"));
  m.def("query_file", query_file, nb::arg("path"), nb::arg("options"));
  m.def("query_bytes", query_bytes, nb::arg("model"), nb::arg("directory"),
        nb::arg("options"));
  m.def(
      "is_package",
      [](const nb::bytes &beginning) {
        return lf_package_recognize(beginning.c_str(), beginning.size()) != 0;
      },
      nb::arg("beginning"));
  m.def("devices", lf::devices);
  m.def("describe_device", describe_device, nb::arg("device"));
  m.def("version", [] { return std::string(lf_version()); });
}

} // namespace landfall::python
