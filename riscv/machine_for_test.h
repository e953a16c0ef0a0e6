//===- machine_for_test.h - A hart with memory, and qemu --------*- C++ -*-===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#pragma once

#include "riscv/hart.h"

#include <string>
#include <vector>

namespace landfall::riscv {

/// The addresses of code and data in tests.
constexpr uint64_t code_base = 0x80000000, data_base = 0x81000000,
                   scratchpad_base = 0x20000000;

/// A port without registers; each DRAM access takes `dram_latency` cycles.
class MemoryOnly : public HartPort {
public:
  Access load_register(uint64_t, uint64_t &) override { return Access::fault; }
  Access store_register(uint64_t, uint64_t) override { return Access::fault; }
  bool may_access(uint64_t, uint64_t, bool) override { return true; }
  uint64_t dram_cycles(uint64_t, uint64_t, bool, uint64_t) override {
    return dram_latency;
  }
  uint64_t dram_latency = 3;
};

/// A hart at code_base with 48 MiB of DRAM and 64 KiB of scratchpad.
class Machine {
public:
  explicit Machine(const HartConfig &config);

  void place(uint64_t address, const std::vector<uint8_t> &bytes);
  /// Assembles the text (assembler_for_test.h), places it and starts there.
  void place_code(const std::string &text);
  uint8_t *at(uint64_t address);
  /// Runs until the hart stops or a limit is exceeded. Programs end with ecall.
  Hart::Stop run();
  bool has_ended() const;

  MemoryOnly port;

private:
  struct Free {
    void operator()(uint8_t *memory) const;
  };
  std::unique_ptr<uint8_t, Free> dram_; ///< Allocated lazily by mmap.
  std::vector<uint8_t> scratchpad_;

public:
  Hart hart;
};

/// Runs a program without libraries in qemu and returns its output. Its code
/// ends with an ecall that writes `result_bytes` bytes from `result`. Empty:
/// qemu failed.
std::string run_in_qemu(const std::vector<uint8_t> &code,
                        const std::vector<uint8_t> &data, unsigned vlen);

/// As run_in_qemu, of an executable file.
std::string run_file_in_qemu(const std::string &path, unsigned vlen);

/// The text that ends a program: on Linux it writes and exits.
std::string end_of_program(uint64_t result, uint64_t result_bytes);

bool has_qemu();

} // namespace landfall::riscv
