//===- tensor_file.h - Tensors in files -----------------------*- C++ -*-===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#pragma once

#include "apps/cli/tensors/tensor.h"

#include <functional>
#include <optional>

namespace landfall::cli {

/// Reads the tensor `name` from a .npy, .npz or .pb (TensorProto) file. Of an
/// archive that is the member of that name, or the only one. `expected` is what
/// bytes without a type are taken for. `on_file` is told the other files that
/// are read: those with external data.
Result<Tensor>
read_tensor_file(const std::string &path, const std::string &name,
                 std::optional<DType> expected,
                 const std::function<void(const std::string &)> &on_file = {});

struct NamedTensor {
  std::string name;
  Tensor tensor;
};

/// The tensors of a value: its own name for a tensor, "name.0", "name.1" for a
/// sequence, "name.key" for a map, none for an absent optional.
std::vector<NamedTensor> flatten(const std::string &name,
                                 const std::shared_ptr<lf::Value> &value);

/// <directory>/<name>.npy for each; '/' in a name becomes '_'. Makes the
/// directory. None is written if one would overwrite a file that was `read`.
Status write_npy_files(const std::string &directory,
                       const std::vector<NamedTensor> &tensors,
                       const std::vector<std::string> &read);

Status write_npz(const std::string &path,
                 const std::vector<NamedTensor> &tensors);

} // namespace landfall::cli
