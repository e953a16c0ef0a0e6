//===- npy_fuzz.cpp - Malformed .npy files and archives of them -----------===//
//
// Part of Landfall, under the Apache License v2.0.
//
// What can be read must be the same after it was written and read again; but
// text that is not UTF-8, which numpy's bytes may hold, is replaced.
//
//===----------------------------------------------------------------------===//
#include "apps/cli/tensors/npy.h"
#include "apps/cli/tensors/zip_archive.h"
#include "base/utf8.h"
#include "test/fuzz/fuzz_target.h"

#include <algorithm>
#include <cstdlib>

using namespace landfall;
using namespace landfall::cli;

namespace {

landfall::Bytes joined(const NpyParts &parts) {
  std::vector<uint8_t> file;
  for (const landfall::Bytes &part : parts)
    file.insert(file.end(), part.data.begin(), part.data.end());
  return share_bytes(std::move(file));
}

fuzz::Bytes bytes_of(const landfall::Bytes &bytes) {
  return {bytes.data.begin(), bytes.data.end()};
}

bool is_text(const std::vector<std::string> &strings) {
  return std::ranges::all_of(
      strings, [](const std::string &text) { return is_utf8(text); });
}

bool read_array(const landfall::Bytes &file, std::optional<DType> expected) {
  Result<Tensor> tensor = parse_npy(file, "fuzz.npy", expected);
  if (!tensor)
    return false;
  Result<Tensor> again =
      parse_npy(joined(encode_npy(*tensor)), "again", tensor->dtype);
  if (!again || again->dtype != tensor->dtype || again->dims != tensor->dims ||
      !std::ranges::equal(again->bytes.data, tensor->bytes.data) ||
      (again->strings != tensor->strings && is_text(tensor->strings)))
    std::abort();
  return true;
}

bool read_archive(const landfall::Bytes &file) {
  Result<std::vector<ZipMember>> members = list_zip(file, "fuzz.npz");
  if (!members)
    return false;
  bool has_read = false;
  for (const ZipMember &member : *members) {
    constexpr uint64_t longest = 1 << 20; // Deflated zeros are short.
    if (member.size > longest)
      continue;
    if (Result<landfall::Bytes> content =
            read_zip_member(file, member, "fuzz.npz"))
      has_read |= read_array(*content, std::nullopt);
  }
  return has_read;
}

} // namespace

std::vector<fuzz::Bytes> fuzz::seeds() {
  std::vector<Bytes> seeds;
  for (DType type : {DType::f32, DType::i64, DType::boolean, DType::bf16,
                     DType::c64, DType::string}) {
    Tensor tensor = make_tensor(type, {2, 3});
    if (type == DType::string)
      tensor.strings = {"a", "", "b", "cd", "\xc3\xa9", "e"};
    seeds.push_back(bytes_of(joined(encode_npy(tensor))));
  }
  return seeds;
}

bool fuzz::accepts(std::span<const uint8_t> input) {
  landfall::Bytes file = share_bytes(Bytes(input.begin(), input.end()));
  bool is_array = read_array(file, DType::bf16);
  return read_archive(file) || is_array;
}
