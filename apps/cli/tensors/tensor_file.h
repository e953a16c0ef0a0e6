//===- tensor_file.h - Tensors in files -----------------------*- C++ -*-===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#pragma once

#include "apps/cli/tensors/tensor.h"

#include <optional>

namespace landfall::cli {

/// Reads the tensor `name` from a .npy, .npz or .pb (TensorProto) file. Of an
/// archive that is the member of that name, or the only one. `expected` is what
/// bytes without a type are taken for.
Result<Tensor> read_tensor_file(const std::string &path,
                                const std::string &name,
                                std::optional<DType> expected);

struct NamedTensor {
  std::string name;
  Tensor tensor;
};

/// The tensors of a value: its own name for a tensor, "name.0", "name.1" for a
/// sequence, "name.key" for a map, none for an absent optional.
std::vector<NamedTensor> flatten(const std::string &name,
                                 const std::shared_ptr<lf::Value> &value);

/// <directory>/<name>.npy for each; '/' in a name becomes '_'. Makes the
/// directory.
Status write_npy_files(const std::string &directory,
                       const std::vector<NamedTensor> &tensors);

Status write_npz(const std::string &path,
                 const std::vector<NamedTensor> &tensors);

} // namespace landfall::cli
