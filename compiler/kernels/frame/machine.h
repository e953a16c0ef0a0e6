//===- machine.h - A machine as generators see it ---------------*- C++ -*-===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#pragma once

#include <cstdint>

namespace landfall::kernels {

/// How products of 8-bit integers are added to sums of 32 bits.
enum class ByteProducts : uint8_t {
  none,      ///< As those of any integers.
  by_shorts, ///< x86's pmaddwd: two products of 16-bit integers a lane.
  by_bytes,  ///< VNNI's vpdpbusd: four of an unsigned and a signed byte a lane.
};

/// The vector registers and the instructions on them.
///
/// A register has `register_bits` bits, or `register_bits * vscale` if the unit
/// is scalable; vscale (LLVM's name) is known only at run time and is a power
/// of two in [min_vscale, max_vscale]. All lane counts here are for vscale = 1.
struct VectorUnit {
  /// Bits of a register, or of a register group if the target always uses
  /// groups.
  int register_bits = 256;
  /// Registers (or groups) that a kernel may use.
  int registers = 16;
  /// The register length is register_bits * vscale.
  bool scalable = false;
  int min_vscale = 1;
  int max_vscale = 1;
  /// The most lanes of one value.
  int max_lanes = 256;
  /// The most registers (or groups) that hold one value.
  int max_registers_per_value = 4;
  /// Has masked loads and stores of 32- and 64-bit elements.
  bool masks_elements = true;
  /// The same of 8- and 16-bit elements.
  bool masks_narrow_elements = false;
  /// Has instructions for x * y + z with one rounding, of f32 and f64. Without
  /// them, sums of products round twice, and where the one rounding matters it
  /// is computed.
  bool fuses_multiply_adds = true;
  /// Has instructions that convert between f16 and f32.
  bool converts_half = true;
  /// Has integer division of vectors.
  bool divides_integers = false;
  /// Has x86's permutations of a register of 32- or 64-bit elements by a vector
  /// of indices.
  bool permutes_lanes = false;
  /// Has an instruction for x * 2^n of f32 vectors.
  bool scales_by_powers = false;
  /// Has minimumNumber and maximumNumber (IEEE 754-2019): -0 < +0; if one
  /// operand is a NaN, the result is the other.
  bool has_ieee_min_max = false;
  ByteProducts byte_products = ByteProducts::none;
  /// Has AVX512-BF16: two products of bf16 a lane are added to a sum of f32.
  bool bf16_products = false;
};

/// Data caches of one core, in bytes: what blocks of operands are sized for.
struct Caches {
  int l1_bytes = 32 * 1024;
  int l2_bytes = 512 * 1024;
};

/// How tasks reach the cores.
struct Scheduling {
  /// True: the kernel's entry point fetches task ranges itself until none is
  /// left. False: the driver passes it one range a call.
  bool kernel_pulls_tasks = false;
};

/// What the generators know about the machine they write code for: plain data,
/// filled in by the target. Instruction selection and scheduling are LLVM's.
struct Machine {
  VectorUnit vector = {};
  Caches caches = {};
  Scheduling scheduling = {};
  /// Has x86's AMX for bytes and bf16: tile registers of 16 rows of 64 bytes.
  bool matrix_tiles = false;
};

} // namespace landfall::kernels
