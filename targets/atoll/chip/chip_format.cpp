//===- chip_format.cpp - What a description of atoll says -----------------===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#include "targets/atoll/chip/chip_description.h"

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
    {{"queue_depth", 1, 1024}, &Chip::queue_depth},
    {{"dram_mib", 64, 1048576, "MiB"}, &Chip::dram_mib},
    {{"dram_gb_per_s", 1, 65536, "GB/s"}, &Chip::dram_gb_per_s},
    {{"dram_latency_ns", 1, 100000, "ns"}, &Chip::dram_latency_ns},
};

std::string conflict(const Chip &) { return {}; }

} // namespace

constinit const chip_file::Format<Chip> chip_format = {fields, built_in_chips,
                                                       conflict};

} // namespace landfall::atoll
