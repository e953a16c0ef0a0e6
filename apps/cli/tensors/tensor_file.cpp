//===- tensor_file.cpp - Tensors in files ---------------------------------===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#include "apps/cli/tensors/tensor_file.h"

#include "apps/cli/tensors/npy.h"
#include "apps/cli/tensors/zip_archive.h"
#include "base/file.h"
#include "onnx_format/proto_reader.h"
#include "onnx_format/tensor_data.h"

#include <algorithm>
#include <filesystem>
#include <fmt/format.h>
#include <set>

namespace landfall::cli {

namespace {

constexpr std::string_view npy_suffix = ".npy";

Error invalid(std::string message) {
  return {ErrorCode::invalid_argument, std::move(message)};
}

Result<ZipMember> choose_member(const std::vector<ZipMember> &members,
                                const std::string &name,
                                const std::string &path) {
  std::string known;
  for (const ZipMember &member : members) {
    if (member.name == name || member.name == name + std::string(npy_suffix))
      return member;
    std::string_view shown = member.name;
    if (shown.ends_with(npy_suffix))
      shown.remove_suffix(npy_suffix.size());
    known += fmt::format("{}'{}'", known.empty() ? "" : ", ", shown);
  }
  if (members.size() == 1)
    return members[0];
  return invalid(fmt::format("'{}' has no array '{}'; it has {}", path, name,
                             known.empty() ? "none" : known));
}

Result<Tensor> read_npz(const Bytes &file, const std::string &path,
                        const std::string &name,
                        std::optional<DType> expected) {
  ZipMember member = TRY(choose_member(TRY(list_zip(file, path)), name, path));
  std::string place = path + ":" + member.name;
  return parse_npy(TRY(read_zip_member(file, member, place)), place, expected);
}

Result<Tensor>
read_pb(const Bytes &file, const std::string &path,
        const std::function<void(const std::string &)> &on_file) {
  auto proto = onnx::read_tensor(file.data, path);
  if (!proto)
    return invalid(proto.error().message).in_file(path);
  Tensor tensor;
  tensor.dims = proto->dims;
  if (proto->data_type == info(DType::string).onnx) {
    tensor.dtype = DType::string;
    tensor.strings = TRY(onnx::string_elements(*proto));
    bool is_negative =
        std::ranges::any_of(tensor.dims, [](int64_t d) { return d < 0; });
    if (is_negative || tensor.element_count() != int64_t(tensor.strings.size()))
      return invalid(fmt::format("'{}' holds {} strings, not as many as its "
                                 "shape says",
                                 path, tensor.strings.size()));
    return tensor;
  }
  auto directory = std::filesystem::path(path).parent_path();
  onnx::ModelStore store(file.owner,
                         directory.empty() ? "." : directory.string(), on_file);
  auto data = onnx::tensor_data(*proto, store);
  if (!data)
    return invalid(data.error().message).in_file(path);
  tensor.dtype = data->dtype;
  tensor.bytes = data->bytes;
  return tensor;
}

std::string key_text(const lf_value *map, size_t number) {
  if (const char *text = lf_map_text_key(map, number))
    return {text, lf_map_text_key_size(map, number)};
  return std::to_string(lf_map_integer_key(map, number));
}

void add_tensors(const std::string &name, const lf_value *value,
                 const std::shared_ptr<lf::Value> &owner,
                 std::vector<NamedTensor> &list) {
  lf_kind kind = lf_value_kind(value);
  if (kind == LF_TENSOR)
    list.push_back({name, from_value(value, owner)});
  for (size_t i = 0; i < lf_value_count(value); ++i)
    add_tensors(
        fmt::format("{}.{}", name,
                    kind == LF_MAP ? key_text(value, i) : std::to_string(i)),
        lf_value_element(value, i), owner, list);
}

/// A path for each tensor, all different.
std::vector<std::string> npy_paths(const std::string &directory,
                                   const std::vector<NamedTensor> &tensors) {
  std::set<std::string> used;
  std::vector<std::string> paths;
  for (const NamedTensor &named : tensors) {
    std::string file = named.name;
    std::ranges::replace(file, '/', '_');
    while (!used.insert(file).second)
      file += '_';
    paths.push_back((std::filesystem::path(directory) / file).string() +
                    std::string(npy_suffix));
  }
  return paths;
}

} // namespace

Result<Tensor>
read_tensor_file(const std::string &path, const std::string &name,
                 std::optional<DType> expected,
                 const std::function<void(const std::string &)> &on_file) {
  std::string kind = std::filesystem::path(path).extension().string();
  if (kind != ".npy" && kind != ".npz" && kind != ".pb")
    return invalid(fmt::format("'{}' must end in .npy, .npz or .pb", path));
  Bytes file = TRY(map_file(path));
  if (kind == ".npy")
    return parse_npy(file, path, expected);
  if (kind == ".npz")
    return read_npz(file, path, name, expected);
  return read_pb(file, path, on_file);
}

std::vector<NamedTensor> flatten(const std::string &name,
                                 const std::shared_ptr<lf::Value> &value) {
  std::vector<NamedTensor> result;
  add_tensors(name, value->get(), value, result);
  return result;
}

Status write_npy_files(const std::string &directory,
                       const std::vector<NamedTensor> &tensors,
                       const std::vector<std::string> &read) {
  std::error_code problem;
  std::filesystem::create_directories(directory, problem);
  if (problem)
    return Error{ErrorCode::io, fmt::format("cannot make the directory '{}': "
                                            "{}",
                                            directory, problem.message())};
  std::vector<std::string> paths = npy_paths(directory, tensors);
  for (const std::string &path : paths)
    TRY(check_not_read(path, read));
  for (size_t i = 0; i < tensors.size(); ++i) {
    NpyParts parts = encode_npy(tensors[i].tensor);
    std::span<const uint8_t> spans[] = {parts[0].data, parts[1].data};
    TRY(write_file(paths[i], spans));
  }
  return {};
}

Status write_npz(const std::string &path,
                 const std::vector<NamedTensor> &tensors) {
  std::vector<ZipContent> contents;
  for (const NamedTensor &named : tensors) {
    NpyParts parts = encode_npy(named.tensor);
    contents.push_back(
        {named.name + std::string(npy_suffix), {parts[0], parts[1]}});
  }
  return write_zip(path, contents);
}

} // namespace landfall::cli
