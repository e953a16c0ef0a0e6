//===- chip_description.cpp - Keys of a description, capabilities ---------===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#include "targets/newchip/chip/chip_description.h"
#include "targets/newchip/chip/instruction.h"

#include <algorithm>

namespace landfall::newchip {

namespace {

using Chip = ChipDescription;
constexpr chip_file::Field<Chip> fields[] = {
    {{"cores", 1, 64}, &Chip::cores},
    {{"clock_mhz", 1, 10000, "MHz"}, &Chip::clock_mhz},
    {{"matrix_edge", 4, 256, "", true}, &Chip::matrix_edge},
    {{"vector_bytes", 16, 4096, "bytes", true}, &Chip::vector_bytes},
    {{"vector_kib", 16, 131072, "KiB"}, &Chip::vector_kib},
    {{"staging_kib", 16, 131072, "KiB"}, &Chip::staging_kib},
    {{"operand_kib", 16, 131072, "KiB"}, &Chip::operand_kib},
    {{"sums_kib", 16, 131072, "KiB"}, &Chip::sums_kib},
    {{"dma_bytes_per_cycle", 1, 4096, "bytes"}, &Chip::dma_bytes_per_cycle},
    {{"move_bytes_per_cycle", 1, 4096, "bytes"}, &Chip::move_bytes_per_cycle},
    {{"queue_depth", 1, 1024}, &Chip::queue_depth},
    {{"dram_mib", 64, 1048576, "MiB"}, &Chip::dram_mib},
    {{"dram_gb_per_s", 1, 65536, "GB/s"}, &Chip::dram_gb_per_s},
    {{"dram_latency_ns", 1, 100000, "ns"}, &Chip::dram_latency_ns},
};

using enum ScalarOp;
using enum DType;

/// The operations that all generations have. What is left out is composed of
/// others, or its kernels fall back (tile/capabilities.h).
std::vector<tile::VectorOperation> operations() {
  std::vector<tile::VectorOperation> list = tile::basic_operations();
  for (ScalarOp op : {sqrt, floor, ceil, round, trunc})
    list.push_back({op, f32, f32});
  for (DType narrow : {i8, u8, i16, u16, i64})
    list.insert(list.end(), {{cast, narrow, i32}, {cast, i32, narrow}});
  for (DType half : {f16, bf16})
    list.insert(list.end(), {{cast, half, f32}, {cast, f32, half}});
  for (DType moved : {i8, u8, i16, u16, i64, f16, bf16})
    list.push_back({select, moved, moved});
  return list;
}

std::vector<tile::MatrixProduct> products(int64_t edge) {
  std::vector<tile::MatrixProduct> list = {
      {i8, i8, i32},   {u8, i8, i32},     {i8, u8, i32},  {u8, u8, i32},
      {f16, f16, f32}, {bf16, bf16, f32}, {f32, f32, f32}};
  for (tile::MatrixProduct &product : list)
    product.per_cycle = edge * edge * edge / block_cycles(product.left);
  return list;
}

} // namespace

constinit const chip_file::Format<Chip> chip_format = {fields, built_in_chips};

tile::Capabilities capabilities(const ChipDescription &chip) {
  tile::Capabilities can;
  // In the order of tile::Space.
  int64_t kib[] = {chip.vector_kib, chip.staging_kib, chip.operand_kib,
                   chip.operand_kib, chip.sums_kib};
  std::ranges::transform(kib, can.bytes.begin(),
                         [](int64_t each) { return each << 10; });
  can.flag_limit = flag_limit;
  int64_t dram = chip.dram_gb_per_s * int64_t(1000) / chip.clock_mhz;
  can.device_bytes_per_cycle =
      std::min<int64_t>(chip.dma_bytes_per_cycle, dram / chip.cores);
  can.move_bytes_per_cycle = chip.move_bytes_per_cycle;
  can.box_dimensions = can.vector_dimensions = max_rank;
  can.zero_padding = can.indexed_loads = true;
  can.lanes = chip.vector_bytes / 4;
  can.operations = operations();
  for (ScalarOp op : {add, min, max})
    for (DType type : {f32, i32})
      can.reductions.push_back({op, type, type});
  can.matrix_edge = chip.matrix_edge;
  can.products = products(chip.matrix_edge);
  return can;
}

} // namespace landfall::newchip
