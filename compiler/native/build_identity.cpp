//===- build_identity.cpp - Which compiler this is ------------------------===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#include "compiler/native/code_cache.h"

#include "llvm/PassRegistry.h"

#include <cstring>
#include <elf.h>
#include <fmt/format.h>
#include <link.h>

namespace landfall::native {

namespace {

/// The loaded file that an address lies in.
struct Search {
  uintptr_t address;
  std::string found;
};

bool contains(const dl_phdr_info &file, uintptr_t address) {
  for (int k = 0; k < file.dlpi_phnum; ++k) {
    const ElfW(Phdr) &segment = file.dlpi_phdr[k];
    uintptr_t begin = file.dlpi_addr + segment.p_vaddr;
    if (segment.p_type == PT_LOAD && address >= begin &&
        address - begin < segment.p_memsz)
      return true;
  }
  return false;
}

uint64_t padded(uint64_t size) { return (size + 3) / 4 * 4; }

/// The build ID among the notes of a segment, in hexadecimal digits.
std::string build_id_in(const uint8_t *at, const uint8_t *end) {
  while (size_t(end - at) >= sizeof(ElfW(Nhdr))) {
    ElfW(Nhdr) note;
    std::memcpy(&note, at, sizeof note);
    const uint8_t *name = at + sizeof note;
    uint64_t size = padded(note.n_namesz) + padded(note.n_descsz);
    if (size > uint64_t(end - name))
      return "";
    const uint8_t *text = name + padded(note.n_namesz);
    if (note.n_type == NT_GNU_BUILD_ID && note.n_namesz == 4 &&
        std::memcmp(name, "GNU", 4) == 0) {
      std::string id;
      for (uint32_t k = 0; k < note.n_descsz; ++k)
        id += fmt::format("{:02x}", text[k]);
      return id;
    }
    at = name + size;
  }
  return "";
}

int look_at(dl_phdr_info *file, size_t, void *search_pointer) {
  auto &search = *static_cast<Search *>(search_pointer);
  if (!contains(*file, search.address))
    return 0;
  for (int k = 0; k < file->dlpi_phnum && search.found.empty(); ++k) {
    const ElfW(Phdr) &segment = file->dlpi_phdr[k];
    if (segment.p_type != PT_NOTE)
      continue;
    const auto *begin =
        reinterpret_cast<const uint8_t *>(file->dlpi_addr + segment.p_vaddr);
    search.found = build_id_in(begin, begin + segment.p_memsz);
  }
  return 1;
}

std::string build_id_at(const void *address) {
  Search search{reinterpret_cast<uintptr_t>(address), ""};
  dl_iterate_phdr(look_at, &search);
  return search.found;
}

} // namespace

const std::string &build_identity() {
  static const std::string identity = [] {
    static const char here = 0;
    std::string own = build_id_at(&here);
    std::string llvm = build_id_at(
        reinterpret_cast<const void *>(&llvm::PassRegistry::getPassRegistry));
    return own.empty() || llvm.empty() ? "" : own + "/" + llvm;
  }();
  return identity;
}

} // namespace landfall::native
