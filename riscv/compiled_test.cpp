//===- compiled_test.cpp - Compiled programs against qemu -------*- C++ -*-===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#include "riscv/machine_for_test.h"

#include <elf.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <fmt/format.h>
#include <fstream>
#include <sstream>
#include <unistd.h>

using namespace landfall::riscv;

namespace {

std::string read_file(const std::string &path) {
  std::ifstream file(path, std::ios::binary);
  std::stringstream bytes;
  bytes << file.rdbuf();
  return bytes.str();
}

/// The program's executable, which the caller removes; empty if it does not
/// compile.
std::string compile(const std::string &options) {
  std::string path =
      fmt::format("{}/landfall_mixture_{}",
                  std::filesystem::temp_directory_path().string(), getpid());
  std::string command = fmt::format(
      "{} --target=riscv64-unknown-elf -mabi=lp64d {} -mcmodel=medany "
      "-ffreestanding -fno-exceptions -fno-math-errno -nostdlib -static "
      "-fuse-ld=lld "
      "-Wl,--image-base=0x80000000 {}/mixture.cpp -o {}",
      LANDFALL_RISCV_CLANG, options, LANDFALL_PROGRAMS, path);
  // NOLINTNEXTLINE(bugprone-command-processor): the test's own command.
  int failed = std::system(command.c_str());
  EXPECT_EQ(failed, 0) << command;
  return failed ? "" : path;
}

/// What the program writes when a hart runs it.
std::string run_on_hart(const std::string &path, unsigned vlen) {
  std::string file = read_file(path);
  Machine machine({.vlen = vlen});
  Elf64_Ehdr header;
  std::memcpy(&header, file.data(), sizeof header);
  for (int k = 0; k < header.e_phnum; ++k) {
    Elf64_Phdr segment;
    std::memcpy(&segment, file.data() + header.e_phoff + k * sizeof segment,
                sizeof segment);
    if (segment.p_type == PT_LOAD)
      std::memcpy(machine.at(segment.p_vaddr), file.data() + segment.p_offset,
                  segment.p_filesz);
  }
  machine.hart.reset(header.e_entry, 0);
  machine.hart.set_x(2, data_base + (8 << 20));
  machine.run();
  EXPECT_TRUE(machine.has_ended()) << fmt::format(
      "{:#x} {:#x}", machine.hart.fault().pc, machine.hart.fault().instruction);
  if (!machine.has_ended())
    return "";
  uint8_t *from = machine.at(machine.hart.x(11));
  return {from, from + machine.hart.x(12)};
}

} // namespace

TEST(Compiled, AProgramDoesTheSame) {
  if (!has_qemu() || *LANDFALL_RISCV_CLANG == 0)
    GTEST_SKIP() << "no qemu-riscv64 or clang-22 here";
  for (const char *options :
       {"-O0 -march=rv64gc", "-O2 -march=rv64gc", "-O2 -march=rv64gcv",
        "-O3 -march=rv64gcv -mrvv-vector-bits=scalable -ffast-math",
        "-Os -march=rv64imafdv"}) {
    std::string path = compile(options);
    ASSERT_FALSE(path.empty());
    for (unsigned vlen : {256, 512, 1024}) {
      std::string expected = run_file_in_qemu(path, vlen);
      EXPECT_GT(expected.size(), 4000u) << options;
      EXPECT_TRUE(run_on_hart(path, vlen) == expected)
          << options << " at " << vlen;
    }
    std::filesystem::remove(path);
  }
}
