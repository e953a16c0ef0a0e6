//===- machine_test.cpp - A hart with memory, and qemu ----------*- C++ -*-===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#include "riscv/assembler_for_test.h"
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

constexpr uint64_t dram_bytes = 48 << 20;

void Machine::Free::operator()(uint8_t *memory) const { std::free(memory); }

Machine::Machine(const HartConfig &config)
    : dram_(static_cast<uint8_t *>(std::calloc(dram_bytes, 1))),
      scratchpad_(64 << 10),
      hart(config, {code_base, dram_bytes, dram_.get()},
           {scratchpad_base, scratchpad_.size(), scratchpad_.data()}, port) {
  hart.reset(code_base, 0);
}

uint8_t *Machine::at(uint64_t address) {
  return address >= code_base
             ? dram_.get() + (address - code_base)
             : scratchpad_.data() + (address - scratchpad_base);
}

void Machine::place(uint64_t address, const std::vector<uint8_t> &bytes) {
  std::memcpy(at(address), bytes.data(), bytes.size());
}

void Machine::place_code(const std::string &text) {
  place(code_base, assemble(text));
  hart.reset(code_base, 0);
}

Hart::Stop Machine::run() {
  constexpr uint64_t too_long = 100'000'000;
  return hart.run(hart.cycle() + too_long);
}

bool Machine::has_ended() const {
  constexpr uint32_t ecall = 0x73;
  return hart.fault().cause == FaultCause::illegal_instruction &&
         hart.fault().instruction == ecall;
}

std::string landfall::riscv::end_of_program(uint64_t result,
                                            uint64_t result_bytes) {
  return fmt::format("li a0, 1\nli a1, {}\nli a2, {}\nli a7, 64\necall\n"
                     "li a0, 0\nli a7, 93\necall\n",
                     result, result_bytes);
}

bool landfall::riscv::has_qemu() {
  return *LANDFALL_QEMU != 0 && *LANDFALL_LLVM_MC != 0;
}

namespace {

Elf64_Phdr segment(uint64_t address, uint64_t offset, uint64_t bytes,
                   uint64_t memory_bytes) {
  Elf64_Phdr header = {};
  header.p_type = PT_LOAD;
  header.p_flags = PF_R | PF_W | PF_X;
  header.p_offset = offset;
  header.p_vaddr = header.p_paddr = address;
  header.p_filesz = bytes;
  header.p_memsz = memory_bytes;
  header.p_align = 4096;
  return header;
}

/// An executable of two segments at code_base and data_base.
std::string make_elf(const std::vector<uint8_t> &code,
                     const std::vector<uint8_t> &data) {
  constexpr uint64_t page = 4096;
  uint64_t data_offset = page + (code.size() + page - 1) / page * page;
  Elf64_Ehdr header = {};
  std::memcpy(header.e_ident, ELFMAG, SELFMAG);
  header.e_ident[EI_CLASS] = ELFCLASS64;
  header.e_ident[EI_DATA] = ELFDATA2LSB;
  header.e_ident[EI_VERSION] = EV_CURRENT;
  header.e_type = ET_EXEC;
  header.e_machine = EM_RISCV;
  header.e_version = EV_CURRENT;
  header.e_entry = code_base;
  header.e_phoff = sizeof header;
  header.e_flags = 5; // Compressed code, doubles in registers.
  header.e_ehsize = sizeof header;
  header.e_phentsize = sizeof(Elf64_Phdr);
  header.e_phnum = 2;
  Elf64_Phdr segments[2] = {
      segment(code_base, page, code.size(), code.size()),
      segment(data_base, data_offset, data.size(), 32 << 20)};
  std::string file(data_offset + data.size(), '\0');
  std::memcpy(file.data(), &header, sizeof header);
  std::memcpy(file.data() + sizeof header, segments, sizeof segments);
  std::memcpy(file.data() + page, code.data(), code.size());
  std::memcpy(file.data() + data_offset, data.data(), data.size());
  return file;
}

} // namespace

std::string landfall::riscv::run_file_in_qemu(const std::string &path,
                                              unsigned vlen) {
  std::string command =
      fmt::format("{} -cpu rv64,v=true,vlen={},vext_spec=v1.0 {} > {}.out",
                  LANDFALL_QEMU, vlen, path, path);
  std::string output;
  // NOLINTNEXTLINE(bugprone-command-processor): the test's own command.
  if (std::system(command.c_str()) == 0) {
    std::ifstream file(path + ".out", std::ios::binary);
    std::stringstream bytes;
    bytes << file.rdbuf();
    output = bytes.str();
  }
  std::filesystem::remove(path + ".out");
  return output;
}

std::string landfall::riscv::run_in_qemu(const std::vector<uint8_t> &code,
                                         const std::vector<uint8_t> &data,
                                         unsigned vlen) {
  namespace fs = std::filesystem;
  std::string path = fmt::format("{}/landfall_qemu_{}",
                                 fs::temp_directory_path().string(), getpid());
  std::ofstream(path, std::ios::binary) << make_elf(code, data);
  fs::permissions(path, fs::perms::owner_all);
  std::string output = run_file_in_qemu(path, vlen);
  fs::remove(path);
  return output;
}
