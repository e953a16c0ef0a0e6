//===- package_read.cpp - Reads a .lfm ------------------------------------===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#include "base/byte_stream.h"
#include "base/file.h"
#include "base/hash.h"
#include "base/text_table.h"
#include "package/package_layout.h"
#include "package/package_manifest.h"

#include <cstdlib>
#include <cstring>
#include <fmt/format.h>

namespace landfall {
namespace {

Error invalid(std::string what) {
  return {ErrorCode::invalid_package, std::move(what)};
}

Status check_checksum(const StoredSection &section) {
  BulkHash hash;
  hash.add(section.bytes.data, section.bytes.data.size());
  if (hash.finish() == section.checksum)
    return {};
  return invalid(fmt::format("section '{}' is damaged", section.name));
}

class Parser {
public:
  Parser(Bytes file, StoredChecks checks)
      : file_(std::move(file)), checks_(checks) {}

  Result<Package> parse() {
    TRY(read_header());
    TRY(in_section(Section::kernels, &Parser::read_kernels));
    TRY(in_section(Section::texts, &Parser::read_texts));
    TRY(in_section(Section::weight_table, &Parser::read_weights));
    TRY(in_section(Section::code_table, &Parser::read_code));
    TRY(in_section(Section::manifest, &Parser::read_manifest));
    TRY(in_section(Section::program, &Parser::read_program));
    TRY(check_stored_sections());
    return std::move(package_);
  }

private:
  using Content = std::span<const uint8_t>;

  Content section(Section which) const { return sections_[size_t(which)]; }

  Status in_section(Section which, Status (Parser::*read)(Content)) {
    Status status = (this->*read)(section(which));
    if (status.ok())
      return {};
    return invalid(fmt::format("section '{}': {}", section_names[size_t(which)],
                               status.error().message));
  }

  //===--- The frame ------------------------------------------------------===//

  Status read_header() {
    ByteReader in(file_.data);
    Content magic = in.raw(sizeof package_magic);
    if (magic.empty() ||
        std::memcmp(magic.data(), package_magic, sizeof package_magic) != 0)
      return invalid("it does not begin like a Landfall package");
    uint32_t version = in.u32();
    uint32_t sections = in.u32();
    uint64_t size = in.u64();
    uint64_t checksum = in.u64();
    Content table = in.raw(table_bytes);
    if (in.ok() && version != package_version)
      return invalid(fmt::format("it has format version {} and this Landfall "
                                 "reads version {}; compile the model again",
                                 version, package_version));
    if (!in.ok())
      return invalid("it is truncated");
    if (size != file_.data.size())
      return invalid(fmt::format("it is truncated: {} of {} bytes",
                                 file_.data.size(), size));
    uint64_t fields = hash_bytes(file_.data.first(checksum_offset));
    if (sections != section_count || checksum != hash_bytes(table, fields))
      return invalid("its header is damaged");
    return read_table(table);
  }

  Status read_table(Content table) {
    ByteReader in(table);
    uint64_t end = header_bytes + table_bytes;
    for (size_t i = 0; i < section_count; ++i) {
      uint64_t offset = in.u64(), size = in.u64(), checksum = in.u64();
      bool bulk = Section(i) >= first_bulk_section;
      bool legal = offset >= end && offset <= file_.data.size() &&
                   size <= file_.data.size() - offset &&
                   (!bulk || offset % page_bytes == 0);
      if (!legal)
        return invalid(fmt::format("section '{}' does not lie inside it",
                                   section_names[i]));
      sections_[i] = file_.data.subspan(offset, size);
      if (!bulk && hash_bytes(sections_[i]) != checksum)
        return invalid(
            fmt::format("section '{}' is damaged", section_names[i]));
      if (bulk)
        package_.stored.push_back(
            {section_names[i], {file_.owner, sections_[i]}, checksum});
      end = offset + size;
    }
    return {};
  }

  /// What an older Landfall wrote has no checksums, and is used all the same.
  Status check_stored_sections() const {
    if (checks_ == StoredChecks::none)
      return {};
    for (const StoredSection &section : package_.stored) {
      bool is_code = section.name == section_names[size_t(Section::code)];
      if (section.checksum != 0 && (is_code || checks_ == StoredChecks::all))
        TRY(check_checksum(section));
    }
    return {};
  }

  //===--- The sections ---------------------------------------------------===//

  Status read_manifest(Content content) {
    auto *text = reinterpret_cast<const char *>(content.data());
    return landfall::read_manifest({text, content.size()}, package_);
  }

  Status read_kernels(Content content) {
    ByteReader in(content);
    size_t count = in.count();
    package_.kernels.reserve(count);
    for (size_t i = 0; i < count; ++i) {
      Content bytes = in.raw(in.count());
      if (!in.ok())
        break;
      package_.kernels.push_back(TRY(deserialize_kernel(bytes)));
    }
    return finish(in);
  }

  Status read_program(Content content) {
    package_.program = TRY(deserialize_program(content));
    return verify(package_.program, package_.kernels, package_.weights.size());
  }

  Status read_texts(Content content) {
    ByteReader in(content);
    package_.texts.resize(in.count());
    TextTable table;
    for (size_t i = 0; i < package_.texts.size() && in.ok(); ++i) {
      package_.texts[i] = in.string();
      if (in.ok() && table.number_of(package_.texts[i]) != int64_t(i) + 1)
        return invalid("it has a text twice, or an empty one");
    }
    return finish(in);
  }

  Status read_weights(Content content) {
    ByteReader in(content);
    package_.weights.resize(in.count(4));
    for (Weight &weight : package_.weights) {
      weight.name = in.string();
      weight.dtype = in.enumerator<DType>(dtype_count());
      weight.dims.resize(in.count());
      int64_t size = size_of(weight.dtype);
      bool fits = true;
      for (int64_t &dim : weight.dims) {
        dim = int64_t(in.varint());
        fits = fits && dim >= 0 && !__builtin_mul_overflow(size, dim, &size);
      }
      uint64_t offset = in.varint();
      if (!in.ok())
        break;
      if (!fits || !slice(Section::weights, offset, uint64_t(size),
                          weight_alignment, weight.bytes))
        return invalid(fmt::format("weight '{}' does not lie inside the file",
                                   weight.name));
    }
    return finish(in);
  }

  Status read_code(Content content) {
    ByteReader in(content);
    TRY(read_code_list(in, package_.code));
    TRY(read_code_list(in, package_.fallback_code));
    return finish(in);
  }

  Status read_code_list(ByteReader &in, std::vector<CodeSection> &list) {
    list.resize(in.count(4));
    for (CodeSection &code : list) {
      code.target = in.string();
      code.variant = in.string();
      uint64_t offset = in.varint(), size = in.varint();
      if (!in.ok())
        break;
      if (!slice(Section::code, offset, size, page_bytes, code.bytes))
        return invalid(fmt::format("code for '{} {}' does not lie inside the "
                                   "file",
                                   code.target, code.variant));
    }
    return {};
  }

  bool slice(Section which, uint64_t offset, uint64_t size, size_t alignment,
             Bytes &result) const {
    Content whole = section(which);
    if (offset % alignment || offset > whole.size() ||
        size > whole.size() - offset)
      return false;
    result = {file_.owner, whole.subspan(offset, size)};
    return true;
  }

  static Status finish(const ByteReader &in) {
    if (in.ok() && in.at_end())
      return {};
    return invalid("its bytes do not end where it does");
  }

  Bytes file_;
  StoredChecks checks_;
  Content sections_[section_count];
  Package package_;
};

/// Weights are aligned in the file; the file must be so in memory.
Result<Bytes> align(Bytes bytes) {
  if (reinterpret_cast<uintptr_t>(bytes.data.data()) % weight_alignment == 0)
    return bytes;
  size_t size = round_up(bytes.data.size(), page_bytes);
  auto *copy = static_cast<uint8_t *>(std::aligned_alloc(page_bytes, size));
  if (!copy)
    return Error{ErrorCode::out_of_memory,
                 fmt::format("no memory for a package of {} bytes", size)};
  std::shared_ptr<const void> owner(
      copy, [](const void *memory) { std::free(const_cast<void *>(memory)); });
  std::memcpy(copy, bytes.data.data(), bytes.data.size());
  return Bytes{std::move(owner), {copy, bytes.data.size()}};
}

} // namespace

Result<Package> parse_package(Bytes bytes, const std::string &file,
                              StoredChecks checks) {
  Result<Package> package =
      Parser(TRY(align(std::move(bytes))), checks).parse();
  if (package.ok())
    return package;
  Error error{package.error().code,
              fmt::format("not a usable Landfall package: {}",
                          package.error().message)};
  return error.in_file(file);
}

Result<Package> read_package(const std::string &path,
                             std::optional<bool> is_mapped) {
  if (!is_mapped)
    is_mapped = TRY(open_regular(path)).size() > copied_file_limit;
  if (!*is_mapped)
    return parse_package(TRY(load_file(path)), path);
  MappedFile file = TRY(map_watched_file(path));
  Package package =
      TRY(parse_package(std::move(file.bytes), path, StoredChecks::code));
  package.watch = std::move(file.watch);
  return package;
}

Status check_stored(const Package &package) {
  for (const StoredSection &section : package.stored) {
    if (section.checksum == 0)
      return invalid(fmt::format(
          "section '{}' has no checksum, as an older Landfall wrote it: nobody "
          "can say whether it is damaged; compile the model again",
          section.name));
    TRY(check_checksum(section));
  }
  return {};
}

} // namespace landfall
