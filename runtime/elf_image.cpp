//===- elf_image.cpp - A checked ELF loader -------------------------------===//
//
// Part of Landfall, under the Apache License v2.0.
//
// Every number in the file is checked before it is used. Tables that are read
// after relocation must lie in segments that relocations cannot change.
//
//===----------------------------------------------------------------------===//
#include "runtime/elf_image.h"

#include <cstring>
#include <elf.h>
#include <fmt/format.h>

namespace landfall::runtime {

namespace {

/// The largest image: above any package's code, and so small that sums of two
/// such numbers cannot overflow.
constexpr uint64_t image_limit = uint64_t(1) << 32;
constexpr size_t segment_limit = 64;

Error refused(std::string_view why) {
  return {ErrorCode::invalid_package,
          fmt::format("the package's machine code cannot be loaded: {}", why)};
}

uint64_t round_down(uint64_t value, uint64_t unit) {
  return value / unit * unit;
}
uint64_t round_up(uint64_t value, uint64_t unit) {
  return round_down(value + unit - 1, unit);
}

uint32_t sysv_hash(std::string_view name) {
  uint32_t hash = 0;
  for (unsigned char c : name) {
    hash = (hash << 4) + c;
    uint32_t high = hash & 0xf0000000u;
    hash = (hash ^ (high >> 24)) & ~high;
  }
  return hash;
}

} // namespace

template <typename T> T ElfImage::at(uint64_t address) const {
  T value;
  std::memcpy(&value, memory_ + address, sizeof(T));
  return value;
}

template <typename T> Result<T> ElfImage::in_file(uint64_t offset) const {
  if (offset > file_.size() || sizeof(T) > file_.size() - offset)
    return refused("it is truncated");
  T value;
  std::memcpy(&value, file_.data() + offset, sizeof(T));
  return value;
}

/// Whether a range lies inside one loaded segment of that kind.
bool ElfImage::lies_in(uint64_t address, uint64_t size, Access access) const {
  for (const ElfSegment &segment : segments_) {
    bool allowed = access == any ? segment.readable
                   : access == read_only
                       ? segment.readable && !segment.writable
                       : segment.writable && !segment.executable;
    if (allowed && address >= segment.address && size <= segment.bytes &&
        address - segment.address <= segment.bytes - size)
      return true;
  }
  return false;
}

Result<ElfImage> ElfImage::read(std::span<const uint8_t> file,
                                ElfMachine machine, uint64_t page_bytes) {
  ElfImage image;
  image.file_ = file;
  image.machine_ = machine;
  image.page_ = page_bytes;
  TRY(image.read_segments());
  return std::move(image);
}

Status ElfImage::place(uint8_t *memory, uint64_t address) {
  memory_ = memory;
  for (const ElfSegment &segment : segments_)
    if (segment.file_bytes > 0)
      std::memcpy(memory_ + segment.address, file_.data() + segment.file_offset,
                  segment.file_bytes);
  file_ = {};
  TRY(read_dynamic());
  TRY(relocate(address));
  return read_symbols();
}

Status ElfImage::read_segments() {
  auto header = TRY(in_file<Elf64_Ehdr>(0));
  if (std::memcmp(header.e_ident, ELFMAG, SELFMAG) != 0)
    return refused("it is not an ELF file");
  if (header.e_ident[EI_CLASS] != ELFCLASS64 ||
      header.e_ident[EI_DATA] != ELFDATA2LSB || header.e_type != ET_DYN ||
      header.e_phentsize != sizeof(Elf64_Phdr))
    return refused("it is not a 64-bit shared object");
  if (header.e_machine != machine_.number)
    return refused(fmt::format("it is for another machine (ELF number {})",
                               header.e_machine));
  if (header.e_phnum > segment_limit || header.e_phoff > file_.size())
    return refused("its segment table is damaged");
  for (size_t i = 0; i < header.e_phnum; ++i)
    TRY(add_segment(header.e_phoff + i * sizeof(Elf64_Phdr)));
  if (segments_.empty() || dynamic_size_ == 0)
    return refused("it has no code or no dynamic section");
  return {};
}

Status ElfImage::add_segment(uint64_t header_offset) {
  auto segment = TRY(in_file<Elf64_Phdr>(header_offset));
  if (segment.p_type == PT_TLS || segment.p_type == PT_INTERP)
    return refused("it wants the system's dynamic linker");
  if (segment.p_type == PT_DYNAMIC) {
    dynamic_ = segment.p_vaddr;
    dynamic_size_ = segment.p_memsz;
  }
  if (segment.p_type != PT_LOAD || segment.p_memsz == 0)
    return {};
  if (segment.p_filesz > segment.p_memsz || segment.p_memsz > image_limit ||
      segment.p_vaddr > image_limit || segment.p_offset > file_.size() ||
      segment.p_filesz > file_.size() - segment.p_offset)
    return refused("a segment lies outside the file");
  bool executable = segment.p_flags & PF_X;
  if ((segment.p_flags & PF_W) && executable)
    return refused("a segment is both writable and executable");
  if (round_down(segment.p_vaddr, page_) < bytes_)
    return refused("its segments overlap");
  for (const ElfSegment &other : segments_)
    if (executable && other.executable)
      return refused("it has two code segments");
  bytes_ = round_up(segment.p_vaddr + segment.p_memsz, page_);
  segments_.push_back({segment.p_vaddr, segment.p_memsz, segment.p_offset,
                       segment.p_filesz, (segment.p_flags & PF_R) != 0,
                       (segment.p_flags & PF_W) != 0, executable});
  return {};
}

Status ElfImage::read_dynamic() {
  if (!lies_in(dynamic_, dynamic_size_, any))
    return refused("its dynamic section lies outside");
  for (uint64_t offset = 0; offset + sizeof(Elf64_Dyn) <= dynamic_size_;
       offset += sizeof(Elf64_Dyn)) {
    auto entry = at<Elf64_Dyn>(dynamic_ + offset);
    if (entry.d_tag == DT_NULL)
      return {};
    TRY(add_dynamic(entry.d_tag, entry.d_un.d_val));
  }
  return {};
}

Status ElfImage::add_dynamic(int64_t tag, uint64_t value) {
  switch (tag) {
  case DT_HASH:
    tables_.hash = value;
    return {};
  case DT_SYMTAB:
    tables_.symbols = value;
    return {};
  case DT_STRTAB:
    tables_.strings = value;
    return {};
  case DT_STRSZ:
    tables_.strings_size = value;
    return {};
  case DT_RELA:
    tables_.relocations = value;
    return {};
  case DT_RELASZ:
    tables_.relocations_size = value;
    return {};
  case DT_SYMENT:
  case DT_RELAENT:
    // Both records happen to have 24 bytes.
    return value == 24 ? Status() : refused("its tables have another format");
  case DT_FLAGS:
    return value & DF_TEXTREL ? refused("it relocates its code") : Status();
  case DT_SONAME:
  case DT_SYMBOLIC:
  case DT_RELACOUNT:
  case DT_FLAGS_1:
  case DT_GNU_HASH:
    return {};
  case DT_NEEDED:
    return refused("it depends on another library");
  default:
    return refused(fmt::format("it wants something that kernels never need "
                               "(dynamic entry {})",
                               tag));
  }
}

Status ElfImage::relocate(uint64_t address) {
  uint64_t size = tables_.relocations_size;
  if (size == 0)
    return {};
  if (size % sizeof(Elf64_Rela) != 0 ||
      !lies_in(tables_.relocations, size, read_only))
    return refused("its relocations lie outside");
  for (uint64_t offset = 0; offset < size; offset += sizeof(Elf64_Rela)) {
    auto record = at<Elf64_Rela>(tables_.relocations + offset);
    if (record.r_info != ELF64_R_INFO(0, machine_.relative_relocation))
      return refused(fmt::format("it needs a relocation of type {} that refers "
                                 "to something outside",
                                 ELF64_R_TYPE(record.r_info)));
    auto target = static_cast<uint64_t>(record.r_addend);
    if (!lies_in(record.r_offset, sizeof(uint64_t), data) || target > bytes_)
      return refused("a relocation points outside");
    target += address;
    std::memcpy(memory_ + record.r_offset, &target, sizeof(target));
  }
  return {};
}

Status ElfImage::read_symbols() {
  if (!lies_in(tables_.hash, 2 * sizeof(uint32_t), read_only))
    return refused("it has no usable symbol hash table (DT_HASH)");
  bucket_count_ = at<uint32_t>(tables_.hash);
  symbol_count_ = at<uint32_t>(tables_.hash + sizeof(uint32_t));
  uint64_t words = 2 + uint64_t(bucket_count_) + symbol_count_;
  uint64_t symbols_size = uint64_t(symbol_count_) * sizeof(Elf64_Sym);
  if (bucket_count_ == 0 || symbol_count_ == 0 ||
      !lies_in(tables_.hash, words * sizeof(uint32_t), read_only) ||
      !lies_in(tables_.symbols, symbols_size, read_only) ||
      tables_.strings_size == 0 ||
      !lies_in(tables_.strings, tables_.strings_size, read_only) ||
      at<char>(tables_.strings + tables_.strings_size - 1) != 0)
    return refused("its symbol tables lie outside");
  for (uint32_t i = 1; i < symbol_count_; ++i)
    if (at<Elf64_Sym>(symbol(i)).st_shndx == SHN_UNDEF)
      return refused(
          fmt::format("it needs the symbol '{}' from outside", symbol_name(i)));
  return {};
}

/// The image address of a symbol record.
uint64_t ElfImage::symbol(uint32_t index) const {
  return tables_.symbols + uint64_t(index) * sizeof(Elf64_Sym);
}

std::string_view ElfImage::symbol_name(uint32_t index) const {
  uint64_t offset = at<Elf64_Sym>(symbol(index)).st_name;
  if (offset >= tables_.strings_size)
    return {};
  // The table ends with a zero byte, as checked on placing.
  return reinterpret_cast<const char *>(memory_ + tables_.strings + offset);
}

std::optional<uint64_t> ElfImage::function(std::string_view name) const {
  uint64_t buckets = tables_.hash + 2 * sizeof(uint32_t);
  uint64_t chain = buckets + uint64_t(bucket_count_) * sizeof(uint32_t);
  auto index = at<uint32_t>(
      buckets + uint64_t(sysv_hash(name) % bucket_count_) * sizeof(uint32_t));
  // A damaged chain may be a ring: no walk is longer than the table.
  for (uint32_t steps = 0;
       index != 0 && index < symbol_count_ && steps < symbol_count_; ++steps) {
    if (symbol_name(index) == name) {
      auto record = at<Elf64_Sym>(symbol(index));
      for (const ElfSegment &segment : segments_)
        if (segment.executable && record.st_shndx != SHN_UNDEF &&
            record.st_value >= segment.address &&
            record.st_value - segment.address < segment.bytes)
          return record.st_value;
      return std::nullopt;
    }
    index = at<uint32_t>(chain + uint64_t(index) * sizeof(uint32_t));
  }
  return std::nullopt;
}

} // namespace landfall::runtime
