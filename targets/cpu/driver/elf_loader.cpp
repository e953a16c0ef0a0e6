//===- elf_loader.cpp - Machine code into memory --------------------------===//
//
// Part of Landfall, under the Apache License v2.0.
//
// Every number in the file is checked before it is used. Tables that are read
// after relocation must lie in segments that relocations cannot change.
//
//===----------------------------------------------------------------------===//
#include "targets/cpu/driver/elf_loader.h"

#include <cstring>
#include <elf.h>
#include <fmt/format.h>
#include <sys/mman.h>
#include <unistd.h>
#include <vector>

namespace landfall::cpu {

namespace {

#if defined(__x86_64__)
constexpr uint16_t machine = EM_X86_64;
constexpr uint32_t relative_relocation = R_X86_64_RELATIVE;
#elif defined(__aarch64__)
constexpr uint16_t machine = EM_AARCH64;
constexpr uint32_t relative_relocation = R_AARCH64_RELATIVE;
#elif defined(__riscv)
constexpr uint16_t machine = EM_RISCV;
constexpr uint32_t relative_relocation = R_RISCV_RELATIVE;
#else
#error "no ELF loader for this machine"
#endif

/// More than any package's code, and small enough that sums cannot overflow.
constexpr uint64_t image_limit = uint64_t(1) << 32;
constexpr size_t segment_limit = 64;

Error refused(std::string_view why) {
  return {ErrorCode::invalid_package,
          fmt::format("The package's machine code cannot be loaded: {}.", why)};
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
  std::memcpy(&value, base_ + address, sizeof(T));
  return value;
}

/// One load, step by step in the order of the functions below.
class ElfLoader {
public:
  explicit ElfLoader(std::span<const uint8_t> file)
      : file_(file), page_(static_cast<uint64_t>(sysconf(_SC_PAGESIZE))),
        image_(new ElfImage) {}

  Status read_segments();
  Status map();
  Status read_dynamic();
  Status relocate();
  Status read_symbols();
  Status protect();
  std::unique_ptr<ElfImage> take() { return std::move(image_); }

private:
  struct Tables {
    uint64_t hash = 0, symbols = 0, strings = 0, strings_size = 0;
    uint64_t relocations = 0, relocations_size = 0;
  };

  template <typename T> Result<T> in_file(uint64_t offset) const;
  Status add_segment(const Elf64_Phdr &segment);
  Status add_dynamic(const Elf64_Dyn &entry);
  bool lies_in(uint64_t address, uint64_t size, uint32_t with,
               uint32_t without) const;

  std::span<const uint8_t> file_;
  uint64_t page_;
  std::unique_ptr<ElfImage> image_;
  std::vector<Elf64_Phdr> segments_;
  Elf64_Phdr dynamic_ = {};
  Tables tables_;
};

template <typename T> Result<T> ElfLoader::in_file(uint64_t offset) const {
  if (offset > file_.size() || sizeof(T) > file_.size() - offset)
    return refused("it is truncated");
  T value;
  std::memcpy(&value, file_.data() + offset, sizeof(T));
  return value;
}

/// Whether a range lies inside one loaded segment with the flags `with` and
/// none of the flags `without`.
bool ElfLoader::lies_in(uint64_t address, uint64_t size, uint32_t with,
                        uint32_t without) const {
  for (const Elf64_Phdr &segment : segments_)
    if ((segment.p_flags & with) == with && (segment.p_flags & without) == 0 &&
        address >= segment.p_vaddr && size <= segment.p_memsz &&
        address - segment.p_vaddr <= segment.p_memsz - size)
      return true;
  return false;
}

Status ElfLoader::read_segments() {
  auto header = TRY(in_file<Elf64_Ehdr>(0));
  if (std::memcmp(header.e_ident, ELFMAG, SELFMAG) != 0)
    return refused("it is not an ELF file");
  if (header.e_ident[EI_CLASS] != ELFCLASS64 ||
      header.e_ident[EI_DATA] != ELFDATA2LSB || header.e_type != ET_DYN ||
      header.e_phentsize != sizeof(Elf64_Phdr))
    return refused("it is not a 64-bit shared object");
  if (header.e_machine != machine)
    return refused(fmt::format("it is for another machine (ELF number {})",
                               header.e_machine));
  if (header.e_phnum > segment_limit || header.e_phoff > file_.size())
    return refused("its segment table is damaged");
  for (size_t i = 0; i < header.e_phnum; ++i)
    TRY(add_segment(
        TRY(in_file<Elf64_Phdr>(header.e_phoff + i * sizeof(Elf64_Phdr)))));
  if (segments_.empty() || dynamic_.p_memsz == 0)
    return refused("it has no code or no dynamic section");
  return {};
}

Status ElfLoader::add_segment(const Elf64_Phdr &segment) {
  if (segment.p_type == PT_TLS || segment.p_type == PT_INTERP)
    return refused("it wants the system's dynamic linker");
  if (segment.p_type == PT_DYNAMIC)
    dynamic_ = segment;
  if (segment.p_type != PT_LOAD || segment.p_memsz == 0)
    return {};
  if (segment.p_filesz > segment.p_memsz || segment.p_memsz > image_limit ||
      segment.p_vaddr > image_limit || segment.p_offset > file_.size() ||
      segment.p_filesz > file_.size() - segment.p_offset)
    return refused("a segment lies outside the file");
  if ((segment.p_flags & PF_W) && (segment.p_flags & PF_X))
    return refused("a segment is both writable and executable");
  uint64_t begin = round_down(segment.p_vaddr, page_);
  if (begin < image_->size_)
    return refused("its segments overlap");
  image_->size_ = round_up(segment.p_vaddr + segment.p_memsz, page_);
  if (segment.p_flags & PF_X) {
    if (image_->code_end_ != 0)
      return refused("it has two code segments");
    image_->code_begin_ = segment.p_vaddr;
    image_->code_end_ = segment.p_vaddr + segment.p_memsz;
  }
  segments_.push_back(segment);
  return {};
}

Status ElfLoader::map() {
  void *memory = mmap(nullptr, image_->size_, PROT_READ | PROT_WRITE,
                      MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (memory == MAP_FAILED)
    return Error{ErrorCode::out_of_memory,
                 fmt::format("There is no memory for {} bytes of machine code.",
                             image_->size_)};
  image_->base_ = static_cast<uint8_t *>(memory);
  for (const Elf64_Phdr &segment : segments_)
    if (segment.p_filesz > 0)
      std::memcpy(image_->base_ + segment.p_vaddr,
                  file_.data() + segment.p_offset, segment.p_filesz);
  return {};
}

Status ElfLoader::read_dynamic() {
  if (!lies_in(dynamic_.p_vaddr, dynamic_.p_memsz, PF_R, 0))
    return refused("its dynamic section lies outside");
  for (uint64_t at = 0; at + sizeof(Elf64_Dyn) <= dynamic_.p_memsz;
       at += sizeof(Elf64_Dyn)) {
    auto entry = image_->at<Elf64_Dyn>(dynamic_.p_vaddr + at);
    if (entry.d_tag == DT_NULL)
      return {};
    TRY(add_dynamic(entry));
  }
  return {};
}

Status ElfLoader::add_dynamic(const Elf64_Dyn &entry) {
  uint64_t value = entry.d_un.d_val;
  switch (entry.d_tag) {
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
                               entry.d_tag));
  }
}

Status ElfLoader::relocate() {
  uint64_t size = tables_.relocations_size;
  if (size == 0)
    return {};
  if (size % sizeof(Elf64_Rela) != 0 ||
      !lies_in(tables_.relocations, size, PF_R, PF_W))
    return refused("its relocations lie outside");
  for (uint64_t at = 0; at < size; at += sizeof(Elf64_Rela)) {
    auto record = image_->at<Elf64_Rela>(tables_.relocations + at);
    if (record.r_info != ELF64_R_INFO(0, relative_relocation))
      return refused(fmt::format("it needs a relocation of type {} that refers "
                                 "to something outside",
                                 ELF64_R_TYPE(record.r_info)));
    auto target = static_cast<uint64_t>(record.r_addend);
    if (!lies_in(record.r_offset, sizeof(uint64_t), PF_W, PF_X) ||
        target > image_->size_)
      return refused("a relocation points outside");
    uint64_t address = reinterpret_cast<uint64_t>(image_->base_) + target;
    std::memcpy(image_->base_ + record.r_offset, &address, sizeof(address));
  }
  return {};
}

Status ElfLoader::read_symbols() {
  ElfImage &image = *image_;
  if (!lies_in(tables_.hash, 2 * sizeof(uint32_t), PF_R, PF_W))
    return refused("it has no usable symbol hash table (DT_HASH)");
  image.hash_ = tables_.hash;
  image.bucket_count_ = image.at<uint32_t>(image.hash_);
  image.symbol_count_ = image.at<uint32_t>(image.hash_ + sizeof(uint32_t));
  uint64_t words = 2 + uint64_t(image.bucket_count_) + image.symbol_count_;
  uint64_t symbols_size = uint64_t(image.symbol_count_) * sizeof(Elf64_Sym);
  if (image.bucket_count_ == 0 || image.symbol_count_ == 0 ||
      !lies_in(tables_.hash, words * sizeof(uint32_t), PF_R, PF_W) ||
      !lies_in(tables_.symbols, symbols_size, PF_R, PF_W) ||
      tables_.strings_size == 0 ||
      !lies_in(tables_.strings, tables_.strings_size, PF_R, PF_W) ||
      image.at<char>(tables_.strings + tables_.strings_size - 1) != 0)
    return refused("its symbol tables lie outside");
  image.symbols_ = tables_.symbols;
  image.strings_ = tables_.strings;
  image.strings_size_ = tables_.strings_size;
  for (uint32_t i = 1; i < image.symbol_count_; ++i)
    if (image.at<Elf64_Sym>(image.symbol(i)).st_shndx == SHN_UNDEF)
      return refused(fmt::format("it needs the symbol '{}' from outside",
                                 image.symbol_name(i)));
  return {};
}

Status ElfLoader::protect() {
  for (const Elf64_Phdr &segment : segments_) {
    uint64_t begin = round_down(segment.p_vaddr, page_);
    uint64_t end = round_up(segment.p_vaddr + segment.p_memsz, page_);
    int protection = (segment.p_flags & PF_R ? PROT_READ : 0) |
                     (segment.p_flags & PF_W ? PROT_WRITE : 0) |
                     (segment.p_flags & PF_X ? PROT_EXEC | PROT_READ : 0);
    if (mprotect(image_->base_ + begin, end - begin, protection) != 0)
      return Error{ErrorCode::device,
                   fmt::format("The system refuses to make machine code "
                               "executable: {}.",
                               std::strerror(errno))};
    if (segment.p_flags & PF_X)
      __builtin___clear_cache(reinterpret_cast<char *>(image_->base_ + begin),
                              reinterpret_cast<char *>(image_->base_ + end));
  }
  return {};
}

Result<std::unique_ptr<ElfImage>>
ElfImage::load(std::span<const uint8_t> file) {
  ElfLoader loader(file);
  TRY(loader.read_segments());
  TRY(loader.map());
  TRY(loader.read_dynamic());
  TRY(loader.relocate());
  TRY(loader.read_symbols());
  TRY(loader.protect());
  return loader.take();
}

ElfImage::~ElfImage() {
  if (base_)
    munmap(base_, size_);
}

/// The image address of a symbol record.
uint64_t ElfImage::symbol(uint32_t index) const {
  return symbols_ + uint64_t(index) * sizeof(Elf64_Sym);
}

std::string_view ElfImage::symbol_name(uint32_t index) const {
  uint64_t offset = at<Elf64_Sym>(symbol(index)).st_name;
  if (offset >= strings_size_)
    return {};
  // The table ends with a zero byte, as checked on loading.
  return reinterpret_cast<const char *>(base_ + strings_ + offset);
}

void *ElfImage::function(std::string_view name) const {
  uint64_t buckets = hash_ + 2 * sizeof(uint32_t);
  uint64_t chain = buckets + uint64_t(bucket_count_) * sizeof(uint32_t);
  auto index = at<uint32_t>(
      buckets + uint64_t(sysv_hash(name) % bucket_count_) * sizeof(uint32_t));
  // A damaged chain may be a ring: no walk is longer than the table.
  for (uint32_t steps = 0;
       index != 0 && index < symbol_count_ && steps < symbol_count_; ++steps) {
    if (symbol_name(index) == name) {
      auto record = at<Elf64_Sym>(symbol(index));
      bool is_code = record.st_value >= code_begin_ &&
                     record.st_value < code_end_ &&
                     record.st_shndx != SHN_UNDEF;
      return is_code ? base_ + record.st_value : nullptr;
    }
    index = at<uint32_t>(chain + uint64_t(index) * sizeof(uint32_t));
  }
  return nullptr;
}

} // namespace landfall::cpu
