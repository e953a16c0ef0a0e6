//===- assembler_test.cpp - LLVM's assembler, for tests ---------*- C++ -*-===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#include "riscv/assembler_for_test.h"

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

/// A path for one file of this process.
std::string temporary(const char *name) {
  return fmt::format("{}/landfall_riscv_{}_{}",
                     std::filesystem::temp_directory_path().string(), getpid(),
                     name);
}

/// The bytes of section .text of an object file.
std::vector<uint8_t> text_of(const std::string &object) {
  Elf64_Ehdr header;
  std::memcpy(&header, object.data(), sizeof header);
  std::vector<Elf64_Shdr> sections(header.e_shnum);
  std::memcpy(sections.data(), object.data() + header.e_shoff,
              sections.size() * sizeof(Elf64_Shdr));
  const char *names = object.data() + sections[header.e_shstrndx].sh_offset;
  for (const Elf64_Shdr &section : sections)
    if (std::string_view(names + section.sh_name) == ".text")
      return {object.begin() + section.sh_offset,
              object.begin() + section.sh_offset + section.sh_size};
  return {};
}

std::string run_assembler(const std::string &options, const std::string &input,
                          std::string &messages) {
  std::string in = temporary("in"), out = temporary("out"),
              err = temporary("err");
  std::ofstream(in) << input;
  std::string command =
      fmt::format("{} -triple=riscv64 -mattr={} {} {} -o {} 2> {}",
                  LANDFALL_LLVM_MC, assembler_features, options, in, out, err);
  // NOLINTNEXTLINE(bugprone-command-processor): the test's own command.
  bool ok = std::system(command.c_str()) == 0;
  std::string output = ok ? read_file(out) : "";
  messages = read_file(err);
  for (const std::string &path : {in, out, err})
    std::filesystem::remove(path);
  return output;
}

} // namespace

std::vector<uint8_t> landfall::riscv::assemble(const std::string &text) {
  std::string messages;
  std::string object = run_assembler("-filetype=obj", text, messages);
  EXPECT_FALSE(object.empty()) << messages.substr(0, 4000);
  return object.empty() ? std::vector<uint8_t>() : text_of(object);
}

std::vector<std::string>
landfall::riscv::disassemble(const std::string &bytes_in_hex) {
  std::string messages;
  std::string listing =
      run_assembler("-disassemble -M no-aliases", bytes_in_hex, messages);
  std::vector<std::string> lines;
  std::istringstream stream(listing);
  for (std::string line; std::getline(stream, line);)
    if (line.size() > 1 && line[0] == '\t' && line[1] != '.')
      lines.push_back(line.substr(1));
  return lines;
}
