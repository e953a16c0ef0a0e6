//===- package_write.cpp - Writes a .lfm ----------------------------------===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#include "base/byte_stream.h"
#include "base/file.h"
#include "base/hash.h"
#include "package/package_layout.h"
#include "package/package_manifest.h"

#include <algorithm>
#include <utility>

namespace landfall {
namespace {

std::vector<uint8_t> kernel_section(const Package &package) {
  ByteWriter out;
  out.varint(package.kernels.size());
  for (const Kernel &kernel : package.kernels) {
    std::vector<uint8_t> bytes = serialize(kernel);
    out.varint(bytes.size());
    out.raw(bytes);
  }
  return out.take();
}

std::vector<uint8_t> text_section(const Package &package) {
  ByteWriter out;
  out.varint(package.texts.size());
  for (const std::string &text : package.texts)
    out.string(text);
  return out.take();
}

/// The pieces of the file in order: metadata, owned here; weights and code, by
/// reference.
class Layout {
public:
  explicit Layout(const Package &package) {
    metadata_[0] = bytes_of(write_manifest(package));
    metadata_[1] = serialize(package.program);
    metadata_[2] = kernel_section(package);
    metadata_[3] = text_section(package);
    place_weights(package);
    place_code(package);
    parts_.push_back({}); // The header, which is made last.
    size_ = header_bytes + table_bytes;
    for (const std::vector<uint8_t> &bytes : metadata_) {
      begin_section(hash_bytes(bytes), 1);
      put(bytes, bytes.size());
      end_section();
    }
    begin_section(0, page_bytes);
    for (const Weight &weight : package.weights)
      put_hashed(weight.bytes.data, weight_alignment);
    end_hashed_section();
    begin_section(0, page_bytes);
    for (const auto *list : {&package.code, &package.fallback_code})
      for (const CodeSection &code : *list)
        put_hashed(code.bytes.data, page_bytes);
    end_hashed_section();
    finish_header();
  }

  std::span<const std::span<const uint8_t>> parts() const { return parts_; }
  size_t size() const { return size_; }

private:
  static std::vector<uint8_t> bytes_of(const std::string &text) {
    return {text.begin(), text.end()};
  }

  void place_weights(const Package &package) {
    ByteWriter out;
    out.varint(package.weights.size());
    size_t offset = 0;
    for (const Weight &weight : package.weights) {
      out.string(weight.name);
      out.u8(uint8_t(weight.dtype));
      out.varint(weight.dims.size());
      for (int64_t dim : weight.dims)
        out.varint(uint64_t(dim));
      out.varint(offset);
      offset += round_up(weight.bytes.data.size(), weight_alignment);
    }
    metadata_[4] = out.take();
  }

  void place_code(const Package &package) {
    ByteWriter out;
    size_t offset = 0;
    for (const auto *list : {&package.code, &package.fallback_code}) {
      out.varint(list->size());
      for (const CodeSection &code : *list) {
        out.string(code.target);
        out.string(code.variant);
        out.varint(offset);
        out.varint(code.bytes.data.size());
        offset += round_up(code.bytes.data.size(), page_bytes);
      }
    }
    metadata_[5] = out.take();
  }

  /// Appends bytes and zeros, `size` in all.
  void put(std::span<const uint8_t> bytes, size_t size) {
    static constexpr uint8_t zeros[page_bytes] = {};
    parts_.push_back(bytes);
    for (size_t missing = size - bytes.size(); missing;) {
      size_t piece = missing < page_bytes ? missing : page_bytes;
      parts_.push_back({zeros, piece});
      missing -= piece;
    }
    size_ += size;
  }

  void put_hashed(std::span<const uint8_t> bytes, size_t alignment) {
    size_t size = round_up(bytes.size(), alignment);
    hash_.add(bytes, size);
    put(bytes, size);
  }

  void end_hashed_section() {
    section_checksum_ = std::exchange(hash_, {}).finish();
    end_section();
  }

  void begin_section(uint64_t checksum, size_t alignment) {
    put({}, round_up(size_, alignment) - size_);
    table_.u64(size_);
    section_start_ = size_;
    section_checksum_ = checksum;
  }

  void end_section() {
    table_.u64(size_ - section_start_);
    table_.u64(section_checksum_);
  }

  void finish_header() {
    ByteWriter out;
    out.raw(package_magic);
    out.u32(package_version);
    out.u32(section_count);
    out.u64(size_);
    std::vector<uint8_t> fields = out.take();
    std::vector<uint8_t> table = table_.take();
    uint64_t checksum = hash_bytes(table, hash_bytes(fields));
    ByteWriter header;
    header.raw(fields);
    header.u64(checksum);
    header.raw(table);
    header_ = header.take();
    parts_[0] = header_;
  }

  std::vector<uint8_t> metadata_[uint32_t(first_bulk_section)];
  std::vector<uint8_t> header_;
  std::vector<std::span<const uint8_t>> parts_;
  size_t size_ = 0;
  ByteWriter table_;
  size_t section_start_ = 0;
  uint64_t section_checksum_ = 0;
  BulkHash hash_; ///< Of a section with weights or code.
};

} // namespace

Status write_package(const Package &package, const std::string &path) {
  Layout layout(package);
  return write_file(path, layout.parts());
}

std::vector<uint8_t> serialize(const Package &package) {
  Layout layout(package);
  std::vector<uint8_t> bytes;
  bytes.reserve(layout.size());
  for (std::span<const uint8_t> part : layout.parts())
    bytes.insert(bytes.end(), part.begin(), part.end());
  return bytes;
}

bool serialize_into(Package package,
                    const std::function<uint8_t *(size_t)> &allocate) {
  Layout layout(package);
  uint8_t *out = allocate(layout.size());
  if (!out)
    return false;
  auto weight = package.weights.begin(); // The next to be written.
  for (std::span<const uint8_t> part : layout.parts()) {
    out = std::ranges::copy(part, out).out;
    if (weight != package.weights.end() &&
        part.data() == weight->bytes.data.data())
      drop_pages(std::exchange((weight++)->bytes, {}));
  }
  return true;
}

} // namespace landfall
