//===- machine.h - What generators may know about a machine ----*- C++ -*-===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#pragma once

namespace landfall::kernels {

/// The few facts that shape generated code. Data, filled in by the target;
/// everything else about the machine is the back end's business.
struct Machine {
  int vector_bits = 256; ///< Of one register (of a group, if registers pair).
  int vector_registers = 16;
  bool narrow_masks = false;   ///< Masked memory access at 8 and 16 bits.
  bool half_conversion = true; ///< f16 <-> f32 instructions.
  int cache_bytes = 32 * 1024; ///< First level, data, per core.
  int shared_cache_bytes = 512 * 1024; ///< Second level, per core.
  /// Registers are as long as the machine that runs the code likes: so many
  /// units (LLVM's vscale), in each of which there are `vector_bits`.
  bool scalable = false;
  int fewest_units = 1; ///< Powers of two, the bounds of what may be met.
  int most_units = 1;
  int most_lanes = 256;         ///< That one value may have (in each unit).
  int most_groups = 4;          ///< Registers that one value may fill.
  bool divides_vectors = false; ///< Integer division of vectors.
  bool pulls_tasks = false;     ///< Kernels ask for tasks while they run.
  /// The lesser and the greater of two reals by one instruction that orders
  /// zeros and leaves a NaN aside for a number.
  bool has_ieee_min_max = false;
};

} // namespace landfall::kernels
