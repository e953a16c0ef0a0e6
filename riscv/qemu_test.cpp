//===- qemu_test.cpp - Every instruction against qemu -----------*- C++ -*-===//
//
// Part of Landfall, under the Apache License v2.0.
//
// Programs of many cases: registers are loaded with values from a pool, an
// instruction is executed, registers are stored. The same code and data run on
// a hart and in qemu-riscv64, and what they stored is compared.
//
//===----------------------------------------------------------------------===//
#include "riscv/assembler_for_test.h"
#include "riscv/instruction.h"
#include "riscv/machine_for_test.h"
#include "riscv/operand.h"

#include <gtest/gtest.h>

#include <cstring>
#include <fmt/format.h>
#include <map>
#include <random>

using namespace landfall::riscv;

namespace {

constexpr uint64_t pool_bytes = 64 << 10, index_bytes = 16 << 10,
                   area_bytes = 64 << 10;
constexpr uint64_t index_base = data_base + pool_bytes,
                   area_base = index_base + 4 * index_bytes,
                   result_base = area_base + area_bytes;

/// One execution of an instruction.
struct Case {
  uint32_t bits = 0;
  unsigned vtype = 0, vl = 0;
  uint32_t frm = 0, vxrm = 0;
  uint64_t pool = 0;   ///< Where its values are from.
  uint64_t target = 0; ///< x10.
  uint64_t stride = 0; ///< x12, where that is one.
  int index_log = -1;  ///< v16 has indices of that width.
};

class Generator {
public:
  explicit Generator(unsigned seed, unsigned vlen)
      : random_(seed), vlen_(vlen) {}

  uint64_t draw(uint64_t below) { return random_() % below; }

  /// Numbers of all widths with more than their share of special ones.
  std::vector<uint8_t> data();
  /// Every instruction but control flow, in several types.
  std::vector<Case> scalar_cases();
  std::vector<Case> vector_cases(int rounds);

private:
  uint64_t value();
  Case operands(const Row &row);
  void add_vector(const Row &row, std::vector<Case> &cases);
  bool is_legal(const Case &one);

  std::mt19937_64 random_;
  unsigned vlen_;
};

bool has_operand(const Row &row, char code) {
  return std::string_view(operands_of(row.format)).find(code) !=
         std::string_view::npos;
}

bool is_vector(const Row &row) {
  return row.unit >= Unit::vector && row.unit <= Unit::vector_store;
}

uint64_t Generator::value() {
  static constexpr uint64_t doubles[] = {
      0,
      0x8000000000000000,
      0x7ff0000000000000,
      0xfff0000000000000,
      0x7ff8000000000000,
      0x7ff0000000000001,
      0xfff8000000000123,
      0x000fffffffffffff,
      0x0000000000000001,
      0x0010000000000000,
      0x7fefffffffffffff,
      0x3ff0000000000000,
      0xbff8000000000000,
      0x41dfffffffc00000,
      0x41e0000000000000,
      0x43e0000000000000,
      0xc3e0000000000000,
      0x3fe0000000000000,
      0x4004000000000000,
      0x47efffffe0000000,
      0x36a0000000000000,
      0x3690000000000001,
  };
  static constexpr uint32_t floats[] = {
      0,          0x80000000, 0x7f800000, 0xff800000, 0x7fc00000, 0x7f800001,
      0xffc00123, 0x007fffff, 0x00000001, 0x00800000, 0x7f7fffff, 0x3f800000,
      0xbfc00000, 0x4effffff, 0x4f000000, 0x5f000000, 0xdf000000, 0x3f000000,
      0x40200000, 0x00200000, 0x00400000, 0x7e800000};
  auto single = [&]() -> uint64_t {
    switch (draw(3)) {
    case 0:
      return floats[draw(std::size(floats))];
    case 1: // Near one, so that operations meet.
      return (random_() & 0x81ffffff) | (0x3c000000 + (draw(8) << 24));
    default:
      return random_() & 0xffffffff;
    }
  };
  switch (draw(6)) {
  case 0:
    return doubles[draw(std::size(doubles))];
  case 1:
    return (random_() & 0x800fffffffffffff) | (0x3fd + draw(6)) << 52;
  case 2:
    return ~0ull << 32 | single();
  case 3:
    return single() << 32 | single();
  case 4: // Small integers of either sign.
    return static_cast<uint64_t>(static_cast<int64_t>(draw(64)) - 32);
  default:
    return random_();
  }
}

std::vector<uint8_t> Generator::data() {
  std::vector<uint8_t> bytes(result_base - data_base);
  for (uint64_t at = 0; at < pool_bytes; at += 8) {
    uint64_t drawn = value();
    std::memcpy(&bytes[at], &drawn, 8);
  }
  for (int log = 0; log < 4; ++log)
    for (uint64_t at = 0; at < index_bytes; at += 1u << log) {
      uint64_t index = draw(log ? 4096 : 256);
      std::memcpy(&bytes[pool_bytes + log * index_bytes + at], &index,
                  1u << log);
    }
  return bytes;
}

Case Generator::operands(const Row &row) {
  Case one;
  uint32_t fixed = row.mask;
  auto field = [&](unsigned low, unsigned width, uint32_t value) {
    one.bits |= (value << low) & ~fixed & (((1u << width) - 1) << low);
  };
  one.bits = row.match | (static_cast<uint32_t>(random_()) & ~row.mask);
  one.bits &= ~((0x000f8f80u | 0x01f00000u) & ~fixed);
  bool is_vector_target = has_operand(row, 'v');
  field(7, 5, is_vector_target ? 8 : 11);
  field(15, 5,
        has_operand(row, 'w')                            ? 24
        : has_operand(row, 'a') || has_operand(row, 'A') ? 10
                                                         : draw(32));
  field(20, 5,
        has_operand(row, 'u')                            ? 16
        : has_operand(row, 'b') || has_operand(row, 'B') ? 12
                                                         : draw(32));
  if (has_operand(row, 'C'))
    one.bits = (one.bits & ~0xf8000000) | 13u << 27;
  if (has_operand(row, 'r') && (one.bits >> 12 & 7) > 4)
    one.bits |= 7u << 12;
  if (row.format == Format::store || row.format == Format::float_store)
    one.bits |= draw(32) << 7;
  one.frm = draw(2) ? 0 : draw(5);
  one.vxrm = draw(4);
  one.pool = data_base + draw((pool_bytes - 16384) / 8) * 8;
  bool is_memory = std::string_view(operands_of(row.format)).find("(a)") !=
                   std::string_view::npos;
  one.target = is_memory ? area_base + area_bytes / 2 + 8 * draw(256) : 0;
  one.stride = static_cast<uint64_t>(static_cast<int64_t>(draw(33)) - 16) *
               (draw(2) ? 8 : 1);
  if (row.format == Format::vector_memory_indexed) {
    static constexpr int logs[] = {0, -1, -1, -1, -1, 1, 2, 3};
    one.index_log = logs[one.bits >> 12 & 7];
  }
  return one;
}

std::vector<Case> Generator::scalar_cases() {
  std::vector<Case> cases;
  unsigned count;
  const Row *rows = instruction_rows(count);
  for (unsigned k = 0; k < count; ++k) {
    const Row &row = rows[k];
    bool is_data = row.unit < Unit::vector_set && row.unit != Unit::branch &&
                   row.format != Format::fixed && row.format != Format::csr &&
                   row.format != Format::csr_immediate &&
                   row.format != Format::fence && !strstr(row.text, "auipc");
    for (int n = 0; is_data && n < 48; ++n)
      cases.push_back(operands(row));
  }
  return cases;
}

/// Whether a hart executes it: reserved uses of types and registers are for
/// other tests, and qemu would stop at them.
bool Generator::is_legal(const Case &one) {
  static constexpr uint32_t ecall = 0x73, vsetvl_x5_x6 = 0x80000057 | 7 << 12 |
                                                         5 << 15 | 6 << 20;
  static Machine machine({.vlen = vlen_});
  machine.hart.reset(code_base, 0);
  uint32_t code[] = {vsetvl_x5_x6, one.bits, ecall};
  std::memcpy(machine.at(code_base), code, sizeof code);
  machine.hart.reset(code_base, 0);
  machine.hart.set_x(5, 0);
  machine.hart.set_x(6, one.vtype);
  machine.hart.set_x(10, area_base);
  machine.run();
  return machine.has_ended();
}

void Generator::add_vector(const Row &row, std::vector<Case> &cases) {
  for (int width_log = 0; width_log < 4; ++width_log)
    for (int multiplier = -3; multiplier <= 3; ++multiplier) {
      if (width_log > 3 + std::min(0, multiplier))
        continue;
      Case one = operands(row);
      one.vtype = width_log << 3 | (multiplier & 7);
      int limit_log = std::bit_width(vlen_) - 4 - width_log + multiplier;
      if (!is_legal(one))
        continue;
      unsigned limit = 1u << limit_log;
      one.vl = draw(3) ? limit : draw(limit + 1);
      cases.push_back(one);
    }
}

std::vector<Case> Generator::vector_cases(int rounds) {
  std::vector<Case> cases;
  unsigned count;
  const Row *rows = instruction_rows(count);
  for (unsigned k = 0; k < count; ++k) {
    // qemu 7.2 aborts on conversions with a rounding mode of their own.
    if (!is_vector(rows[k]) || std::strstr(rows[k].text, ".rtz"))
      continue;
    size_t before = cases.size();
    for (int n = 0; n < rounds; ++n)
      add_vector(rows[k], cases);
    EXPECT_GT(cases.size(), before) << rows[k].text;
  }
  return cases;
}

/// What a case stores: v8 to v15, then x11, f11, fcsr, vcsr, vl.
uint64_t record_bytes(unsigned vlen, bool has_vectors) {
  return 64 + (has_vectors ? vlen : 0);
}

std::string scalar_text(const Case &one) {
  std::string text = fmt::format(
      "li x6, {}\nld x10, 0(x6)\nld x12, 8(x6)\nld x11, 16(x6)\n"
      "fld f10, 24(x6)\nfld f12, 32(x6)\nfld f13, 40(x6)\nfld f11, 48(x6)\n"
      "li x7, {}\ncsrw fcsr, x7\n",
      one.pool, one.frm << 5);
  if (one.target)
    text += fmt::format("li x10, {}\n", one.target);
  return text;
}

std::string vector_text(const Case &one, unsigned vlen) {
  uint64_t group = vlen;
  std::string text = fmt::format(
      "li x7, {}\ncsrw vcsr, x7\nli x7, {}\nvl1re8.v v0, (x7)\n"
      "vl8re8.v v8, (x6)\nli x7, {}\nvl8re8.v v16, (x7)\nli x7, {}\n"
      "vl8re8.v v24, (x7)\n",
      one.vxrm << 1, one.pool + 3 * group,
      one.index_log < 0 ? one.pool + group
                        : index_base + one.index_log * index_bytes,
      one.pool + 2 * group);
  if (one.target)
    text += fmt::format("li x12, {}\n", static_cast<int64_t>(one.stride));
  return text + fmt::format("li x5, {}\nli x7, {}\nvsetvl x0, x5, x7\n", one.vl,
                            one.vtype);
}

std::string program(const std::vector<Case> &cases, unsigned vlen,
                    bool has_vectors) {
  std::string text = fmt::format(".option norelax\nli x21, {}\n", result_base);
  for (const Case &one : cases) {
    text += scalar_text(one);
    if (has_vectors)
      text += vector_text(one, vlen);
    text += fmt::format(".word {:#x}\nsd x11, 0(x21)\nfsd f11, 8(x21)\n"
                        "csrr x7, fcsr\nsd x7, 16(x21)\n",
                        one.bits);
    if (has_vectors)
      text += "csrr x7, vcsr\nsd x7, 24(x21)\ncsrr x7, vl\nsd x7, 32(x21)\n"
              "addi x6, x21, 64\nvs8r.v v8, (x6)\n";
    text += fmt::format("li x7, {}\nadd x21, x21, x7\n",
                        record_bytes(vlen, has_vectors));
  }
  return text;
}

/// The differences between two records, for a person.
std::string describe(const Case &one, const uint8_t *ours,
                     const uint8_t *theirs, uint64_t bytes) {
  std::string text = fmt::format("{} vtype {:#x} vl {} frm {} vxrm {}",
                                 to_text(decode(one.bits)), one.vtype, one.vl,
                                 one.frm, one.vxrm);
  int shown = 0;
  for (uint64_t k = 0; k < bytes && shown < 8; k += 4)
    if (std::memcmp(ours + k, theirs + k, 4) != 0 && ++shown) {
      uint32_t a, b;
      std::memcpy(&a, ours + k, 4);
      std::memcpy(&b, theirs + k, 4);
      text += fmt::format("\n  +{}: {:08x}, qemu {:08x}", k, a, b);
    }
  return text;
}

/// Runs the cases on both and compares record by record, then what was stored
/// to the area. Each mnemonic is complained about a few times.
void compare(Generator &generator, const std::vector<Case> &cases,
             unsigned vlen, bool has_vectors) {
  std::vector<uint8_t> data = generator.data();
  uint64_t record = record_bytes(vlen, has_vectors);
  uint64_t total = area_bytes + cases.size() * record;
  std::vector<uint8_t> code = assemble(program(cases, vlen, has_vectors) +
                                       end_of_program(area_base, total));
  std::string theirs = run_in_qemu(code, data, vlen);
  if (theirs.size() != total) {
    ASSERT_GT(cases.size(), 1u)
        << "qemu refuses " << describe(cases[0], nullptr, nullptr, 0);
    auto middle = cases.begin() + cases.size() / 2;
    compare(generator, {cases.begin(), middle}, vlen, has_vectors);
    compare(generator, {middle, cases.end()}, vlen, has_vectors);
    return;
  }

  Machine machine({.vlen = vlen});
  machine.place(code_base, code);
  machine.place(data_base, data);
  machine.run();
  ASSERT_TRUE(machine.has_ended()) << fmt::format(
      "{:#x} {:#x}", machine.hart.fault().pc, machine.hart.fault().instruction);
  const uint8_t *ours = machine.at(area_base);
  auto *expected = reinterpret_cast<const uint8_t *>(theirs.data());
  EXPECT_EQ(std::memcmp(ours, expected, area_bytes), 0) << "stores differ";
  std::map<std::string, int> complaints;
  for (size_t k = 0; k < cases.size(); ++k) {
    uint64_t at = area_bytes + k * record;
    std::string name = decode(cases[k].bits).row->text;
    if (std::memcmp(ours + at, expected + at, record) != 0 &&
        ++complaints[name] <= 2)
      ADD_FAILURE() << describe(cases[k], ours + at, expected + at, record);
  }
}

} // namespace

TEST(Qemu, ScalarInstructionsDoTheSame) {
  if (!has_qemu())
    GTEST_SKIP() << "no qemu-riscv64 or llvm-mc-22 here";
  Generator generator(1, 256);
  compare(generator, generator.scalar_cases(), 256, false);
}

TEST(Qemu, VectorInstructionsDoTheSame) {
  if (!has_qemu())
    GTEST_SKIP() << "no qemu-riscv64 or llvm-mc-22 here";
  for (unsigned vlen : {256, 512, 1024}) {
    Generator generator(vlen, vlen);
    compare(generator, generator.vector_cases(vlen == 256 ? 3 : 1), vlen, true);
  }
}
