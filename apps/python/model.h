//===- model.h - landfall.Model ---------------------------------*- C++ -*-===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#pragma once

#include "apps/python/values.h"

#include <optional>
#include <string>
#include <vector>

namespace landfall::python {

/// An input or output of a model: landfall.Value.
struct Port {
  explicit Port(const lf::Port &port);

  std::string name;
  std::string kind;             ///< "tensor", "sequence", "map", "optional".
  std::string dtype;            ///< Of its tensors.
  std::string text;             ///< "float32 1x3xHxW".
  int rank;                     ///< -1: any, or no tensor.
  bool has_default;             ///< A run may leave the input out.
  std::vector<int64_t> extents; ///< -1: free.
  std::vector<std::string> symbols; ///< Of free dimensions.

  /// Extents, or the names of free dimensions.
  nanobind::list shape() const;
};

/// A compiled model on a device. Its calls throw what Python shall see.
class Model {
public:
  /// An empty `device` is the default of what the package was compiled for.
  /// Loads with the GIL released.
  Model(lf::Package package, const std::string &device,
        const std::string &options);

  /// No limit: 0 or nothing.
  nanobind::dict run(const nanobind::dict &inputs,
                     std::optional<double> time_limit = std::nullopt,
                     std::optional<uint64_t> memory_limit = std::nullopt,
                     std::optional<uint64_t> step_limit = std::nullopt);
  /// By position: tensors that speak DLPack, or integers, to torch's tensors.
  nanobind::list run_torch(const nanobind::list &inputs);
  std::vector<double> time(const nanobind::dict &inputs, int count);
  nanobind::dict statistics(const nanobind::dict &inputs);
  nanobind::object profile(const nanobind::dict &inputs, int repeat);
  void save(const std::string &path) const;
  nanobind::bytes to_bytes() const;
  std::string describe(const std::string &what) const;
  std::string device() const;

  const std::vector<Port> &inputs() const { return inputs_; }
  const std::vector<Port> &outputs() const { return outputs_; }

private:
  struct Arguments {
    std::vector<Argument> owned;
    std::vector<const lf_value *> list;
  };
  Arguments ordered(const nanobind::dict &inputs) const;
  std::string input_names() const;
  template <typename Action> auto attempt(const Action &action);

  lf::Package package_;
  lf::Model model_;
  lf::Session session_;
  std::vector<Port> inputs_;
  std::vector<Port> outputs_;
};

} // namespace landfall::python
