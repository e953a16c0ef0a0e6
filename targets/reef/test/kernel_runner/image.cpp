//===- image.cpp - A code section in the runner's memory ------------------===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#include "targets/reef/test/kernel_runner/image.h"

#include "targets/reef/test/kernel_runner/matrix_emulation.h"
#include "targets/reef/test/kernel_runner/truncations.h"

namespace landfall::reef::runner {

namespace {

/// The parts of ELF that a linked image has, as the specification lays them
/// out.
struct Header {
  uint8_t identification[16];
  uint16_t type, machine;
  uint32_t version;
  uint64_t entry, segments, sections;
  uint32_t flags;
  uint16_t header_bytes, segment_bytes, segment_count;
};
struct Segment {
  uint32_t type, flags;
  uint64_t offset, address, physical, file_bytes, memory_bytes, alignment;
};
struct Dynamic {
  int64_t tag;
  uint64_t value;
};
struct Relocation {
  uint64_t offset, info;
  int64_t addend;
};
constexpr uint32_t load_segment = 1, dynamic_segment = 2, executable = 1;
constexpr int64_t hash_tag = 4, strings_tag = 5, symbols_tag = 6,
                  relocations_tag = 7, relocation_bytes_tag = 8;
constexpr uint64_t relative = 3; // R_RISCV_RELATIVE

bool same(const char *a, const char *b) {
  while (*a && *a == *b)
    ++a, ++b;
  return *a == *b;
}

} // namespace

Image::Image(const char *path) {
  constexpr size_t most = size_t(1) << 28;
  uint8_t *file = map_pages(most, read_write);
  size_t bytes = read_some(open_for_reading(path), file, most);
  require(bytes > sizeof(Header) && bytes < most, Failure::input);
  load(file);
  unmap_pages(file, most);
  asm volatile("fence.i" ::: "memory");
}

void Image::load(const uint8_t *file) {
  auto *header = reinterpret_cast<const Header *>(file);
  auto *segments = reinterpret_cast<const Segment *>(file + header->segments);
  uint64_t end = 0, stubs = 0;
  for (int k = 0; k < header->segment_count; ++k)
    if (segments[k].type == load_segment) {
      end = (segments[k].address + segments[k].memory_bytes + 3) & ~3ull;
      if (segments[k].flags & executable)
        stubs += stub_bytes(file + segments[k].offset, segments[k].file_bytes);
    }
  base_ = map_pages(end + stubs, read_write_execute);
  const uint8_t *dynamic = nullptr;
  for (int k = 0; k < header->segment_count; ++k) {
    const Segment &segment = segments[k];
    if (segment.type == load_segment)
      __builtin_memcpy(base_ + segment.address, file + segment.offset,
                       segment.file_bytes);
    if (segment.type == load_segment && (segment.flags & executable)) {
      uint8_t *code = base_ + segment.address;
      size_t bytes = stub_bytes(code, segment.file_bytes);
      replace_matrix_instructions(code, segment.file_bytes);
      replace_truncations(code, segment.file_bytes, base_ + end);
      end += bytes;
    }
    if (segment.type == dynamic_segment)
      dynamic = base_ + segment.address;
  }
  require(dynamic, Failure::input);
  relocate(dynamic);
}

void Image::relocate(const uint8_t *dynamic) {
  const Relocation *relocations = nullptr;
  uint64_t bytes = 0;
  for (auto *at = reinterpret_cast<const Dynamic *>(dynamic); at->tag; ++at) {
    const uint8_t *address = base_ + at->value;
    switch (at->tag) {
    case hash_tag: // The table's second word counts the symbols.
      symbol_count_ = reinterpret_cast<const uint32_t *>(address)[1];
      break;
    case strings_tag:
      names_ = reinterpret_cast<const char *>(address);
      break;
    case symbols_tag:
      symbols_ = reinterpret_cast<const Symbol *>(address);
      break;
    case relocations_tag:
      relocations = reinterpret_cast<const Relocation *>(address);
      break;
    case relocation_bytes_tag:
      bytes = at->value;
      break;
    }
  }
  for (uint64_t k = 0; k < bytes / sizeof(Relocation); ++k) {
    require(relocations[k].info == relative, Failure::input);
    *reinterpret_cast<uint8_t **>(base_ + relocations[k].offset) =
        base_ + relocations[k].addend;
  }
}

void *Image::function(const char *name) const {
  for (uint32_t k = 0; k < symbol_count_; ++k)
    if (symbols_[k].section != 0 && same(names_ + symbols_[k].name, name))
      return base_ + symbols_[k].value;
  return nullptr;
}

} // namespace landfall::reef::runner
