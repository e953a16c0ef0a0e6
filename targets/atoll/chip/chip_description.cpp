//===- chip_description.cpp - Keys of a description, capabilities ---------===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#include "targets/atoll/chip/chip_description.h"
#include "targets/atoll/chip/instruction.h"

#include <algorithm>

namespace landfall::atoll {

namespace {

using Chip = ChipDescription;
constexpr chip_file::Field<Chip> fields[] = {
    {{"cores", 1, 64}, &Chip::cores},
    {{"clock_mhz", 1, 10000, "MHz"}, &Chip::clock_mhz},
    {{"matrix_edge", 8, 64, "", true}, &Chip::matrix_edge},
    {{"vector_bytes", 16, 4096, "bytes", true}, &Chip::vector_bytes},
    {{"l1_kib", 16, 131072, "KiB"}, &Chip::l1_kib},
    {{"l0a_kib", 16, 131072, "KiB"}, &Chip::l0a_kib},
    {{"l0b_kib", 16, 131072, "KiB"}, &Chip::l0b_kib},
    {{"l0c_kib", 16, 131072, "KiB"}, &Chip::l0c_kib},
    {{"vector_kib", 16, 131072, "KiB"}, &Chip::vector_kib},
    {{"dma_bytes_per_cycle", 1, 4096, "bytes"}, &Chip::dma_bytes_per_cycle},
    {{"move_bytes_per_cycle", 1, 4096, "bytes"}, &Chip::move_bytes_per_cycle},
    {{"stream_limit", 16, 1 << 24, "instructions"}, &Chip::stream_limit},
    {{"queue_depth", 1, 1024}, &Chip::queue_depth},
    {{"dram_mib", 64, 1048576, "MiB"}, &Chip::dram_mib},
    {{"dram_gb_per_s", 1, 65536, "GB/s"}, &Chip::dram_gb_per_s},
    {{"dram_latency_ns", 1, 100000, "ns"}, &Chip::dram_latency_ns},
};

using enum ScalarOp;
using enum DType;

/// The operations that are the same on all generations.
std::vector<tile::VectorOperation> operations() {
  std::vector<tile::VectorOperation> list;
  auto same = [&](DType type, std::initializer_list<ScalarOp> ops) {
    for (ScalarOp op : ops)
      list.push_back({op, type, type});
  };
  same(f32, {add, sub, mul, div, min, max, neg, abs, sign, floor, ceil, round,
             trunc, sqrt, exp, log, fma, select});
  same(i32, {add, sub, mul, min, max, neg, abs, bit_and, bit_or, bit_xor,
             bit_not, shl, shr, select});
  same(boolean, {bit_and, bit_or, bit_xor, bit_not, select});
  for (DType type : {f32, i32})
    for (ScalarOp op : {eq, ne, lt, le})
      list.push_back({op, type, boolean});
  for (ScalarOp op : {bitcast, cast})
    list.insert(list.end(), {{op, f32, i32}, {op, i32, f32}});
  for (DType narrow : {boolean, i8, u8, i16, u16, i64, f16, bf16})
    for (DType wide : {f32, i32}) {
      list.push_back({cast, narrow, wide});
      list.push_back({cast, wide, narrow});
    }
  for (DType narrow : {i8, u8, i16, u16})
    for (DType wide : {f32, i32})
      list.push_back({cast_sat, wide, narrow});
  return list;
}

std::vector<tile::MatrixProduct> products(int64_t edge) {
  std::vector<tile::MatrixProduct> list = {
      {f16, f16, f32}, {bf16, bf16, f32}, {i8, i8, i32},  {i8, u8, i32},
      {u8, i8, i32},   {u8, u8, i32},     {f32, f32, f32}};
  for (tile::MatrixProduct &product : list)
    product.per_cycle = edge * edge * edge / block_cycles(product);
  return list;
}

} // namespace

constinit const chip_file::Format<Chip> chip_format = {fields, built_in_chips};

uint32_t block_cycles(const tile::MatrixProduct &product) {
  return product.left == f32 ? 4 : 1;
}

tile::Capabilities capabilities(const ChipDescription &chip) {
  tile::Capabilities can;
  // In the order of tile::Space.
  int64_t kib[] = {chip.vector_kib, chip.l1_kib, chip.l0a_kib, chip.l0b_kib,
                   chip.l0c_kib};
  std::ranges::transform(kib, can.bytes.begin(),
                         [](int64_t each) { return each << 10; });
  can.flag_limit = flag_limit;
  can.stream_limit = chip.stream_limit;
  int64_t dram = chip.dram_gb_per_s * int64_t(1000) / chip.clock_mhz;
  can.device_bytes_per_cycle =
      std::min<int64_t>(chip.dma_bytes_per_cycle, dram / chip.cores);
  can.move_bytes_per_cycle = chip.move_bytes_per_cycle;
  can.box_dimensions = can.vector_dimensions = dimension_registers;
  can.zero_padding = can.indexed_loads = true;
  can.lanes = chip.vector_bytes / 4;
  can.operations = operations();
  for (ScalarOp op : {add, mul, min, max})
    for (DType type : {f32, i32})
      can.reductions.push_back({op, type, type});
  can.matrix_edge = chip.matrix_edge;
  can.products = products(chip.matrix_edge);
  return can;
}

} // namespace landfall::atoll
