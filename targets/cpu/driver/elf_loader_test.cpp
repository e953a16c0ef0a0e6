//===- elf_loader_test.cpp ------------------------------------------------===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#include "package/native_abi.h"
#include "targets/cpu/driver/elf_loader.h"

#include <cstring>
#include <elf.h>
#include <fstream>
#include <gtest/gtest.h>
#include <iterator>
#include <random>
#include <vector>

namespace landfall::cpu {
namespace {

std::vector<uint8_t> fixture() {
  std::ifstream file(LANDFALL_TEST_CODE "/cpu.x86_64-avx2", std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

/// Loads and looks symbols up; must not crash. Nothing is called.
bool loads(const std::vector<uint8_t> &file) {
  auto image = LoadedCode::load(file);
  if (!image.ok()) {
    EXPECT_FALSE(image.error().message.empty());
    return false;
  }
  for (const char *name : {"k0_run", "k3_plan", "absent", ""})
    (*image)->function(name);
  return true;
}

/// Replaces the value of a dynamic entry, or the tag of it.
std::vector<uint8_t> with_dynamic(int64_t tag, auto change) {
  std::vector<uint8_t> file = fixture();
  Elf64_Ehdr header;
  std::memcpy(&header, file.data(), sizeof(header));
  for (int i = 0; i < header.e_phnum; ++i) {
    Elf64_Phdr segment;
    std::memcpy(&segment, &file[header.e_phoff + i * sizeof(segment)],
                sizeof(segment));
    if (segment.p_type != PT_DYNAMIC)
      continue;
    for (size_t at = 0; at < segment.p_filesz; at += sizeof(Elf64_Dyn)) {
      Elf64_Dyn entry;
      std::memcpy(&entry, &file[segment.p_offset + at], sizeof(entry));
      if (entry.d_tag == tag)
        change(entry);
      std::memcpy(&file[segment.p_offset + at], &entry, sizeof(entry));
    }
  }
  return file;
}

TEST(ElfLoader, FindsAndRunsFunctions) {
  auto image = LoadedCode::load(fixture());
  ASSERT_TRUE(image.ok()) << image.error().message;
  auto *plan = reinterpret_cast<void (*)(const int64_t *, NativePlan *)>(
      (*image)->function("k0_plan"));
  auto *run = reinterpret_cast<int32_t (*)(const NativeCall *)>(
      (*image)->function("k0_run"));
  ASSERT_TRUE(plan && run);
  EXPECT_EQ((*image)->function("k0_stop"), nullptr);
  int64_t size = 9;
  NativePlan tasks = {};
  plan(&size, &tasks);
  EXPECT_EQ(tasks.tasks, 2);
  float x[9] = {1, 2, 3, 4, 5, 6, 7, 8, 9}, y[9] = {};
  void *operands[] = {x, y};
  NativeCall call = {operands, &size, 0, 2, nullptr, nullptr, nullptr};
  EXPECT_EQ(run(&call), 0);
  EXPECT_EQ(y[8], 10) << "the table of functions was relocated";
}

TEST(ElfLoader, RefusesTruncatedFiles) {
  std::vector<uint8_t> file = fixture();
  ASSERT_TRUE(loads(file));
  for (size_t size = 0; size < 0x600; size += 7)
    EXPECT_FALSE(loads({file.begin(), file.begin() + size})) << size;
}

TEST(ElfLoader, RefusesWhatTheSystemsLinkerWouldDo) {
  auto rename = [](int64_t tag) {
    return [tag](Elf64_Dyn &entry) { entry.d_tag = tag; };
  };
  EXPECT_FALSE(loads(with_dynamic(DT_RELACOUNT, rename(DT_NEEDED))));
  EXPECT_FALSE(loads(with_dynamic(DT_RELACOUNT, rename(DT_INIT))));
  EXPECT_FALSE(loads(with_dynamic(DT_RELACOUNT, rename(DT_JMPREL))));
  EXPECT_FALSE(loads(with_dynamic(DT_HASH, rename(DT_GNU_HASH))));
}

TEST(ElfLoader, RefusesTablesThatLieOutside) {
  for (int64_t tag :
       {DT_HASH, DT_SYMTAB, DT_STRTAB, DT_STRSZ, DT_RELA, DT_RELASZ})
    for (uint64_t value :
         {uint64_t(0x100000), ~uint64_t(0) - 8, uint64_t(1) << 63})
      EXPECT_FALSE(loads(with_dynamic(
          tag, [value](Elf64_Dyn &entry) { entry.d_un.d_val = value; })))
          << tag << " " << value;
}

TEST(ElfLoader, RefusesOtherMachinesAndFormats) {
  for (size_t offset :
       {offsetof(Elf64_Ehdr, e_machine), offsetof(Elf64_Ehdr, e_type),
        size_t(EI_CLASS), size_t(EI_DATA), size_t(0)}) {
    std::vector<uint8_t> file = fixture();
    file[offset] ^= 0x10;
    EXPECT_FALSE(loads(file)) << offset;
  }
}

// Anything may be refused or loaded; nothing may crash.
TEST(ElfLoader, SurvivesDamagedFiles) {
  std::mt19937 random(1);
  std::vector<uint8_t> file = fixture();
  for (int round = 0; round < 5000; ++round) {
    std::vector<uint8_t> damaged = file;
    for (int flips = 1 + random() % 4; flips > 0; --flips)
      damaged[random() % damaged.size()] = static_cast<uint8_t>(random());
    loads(damaged);
  }
}

} // namespace
} // namespace landfall::cpu
