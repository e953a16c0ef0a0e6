//===- contraction_pack.h - Copies of operands the tiles can read -*- C++ -*-=//
//
// Part of Landfall, under the Apache License v2.0.
//
// Evaluates one factor of a contraction for an interval of rows x lanes into
// scratch memory: target[row][lane], rows `stride` elements apart. The N side
// packs K x N, the M side M x K. Conversions, zero
// points and guards of the factor happen here, so that the innermost loop sees
// numbers of the accumulator's type and nothing else.
//
// Whole vectors are written: lanes behind the interval up to the next multiple
// of the width hold anything, and so do up to width - 1 rows behind it.
//
//===----------------------------------------------------------------------===//
#pragma once

#include "compiler/kernels/contraction/contraction_rows.h"

namespace landfall::kernels {

/// The loops that a packed copy of one factor runs over.
struct PackSide {
  PackSide() = default;
  PackSide(const analysis::Factor &factor, const analysis::IndexSpace &space,
           const std::vector<uint32_t> &row_loops,
           const std::vector<uint32_t> &lane_loops);

  analysis::Factor factor;
  std::vector<analysis::LoopSpan> rows;
  std::vector<analysis::LoopSpan> lanes;

  /// What a form grows by from one lane / row of the innermost span to the
  /// next.
  analysis::SizePolynomial lane_step(const analysis::Affine &form) const;
  analysis::SizePolynomial row_step(const analysis::Affine &form) const;
  /// No guards, and vectors of lanes are vectors in memory, or one value.
  bool is_dense() const;
  /// Dense, and the factor is its only load, of elements of this type: rows
  /// can be read where they are.
  bool is_plain(const Kernel &kernel, DType type) const {
    return why_not_plain(kernel, type).empty();
  }
  /// Why not, as in "the side " + reason; empty if it is.
  std::string why_not_plain(const Kernel &kernel, DType type) const;
  /// No guards, and runs of rows are vectors in memory.
  bool is_transposed() const;
};

/// Where one call packs. Lanes may go on in further panels of `panel_lanes`
/// each, `panel_stride` elements apart; only dense sides pack several at once.
struct PackTarget {
  Interval rows, lanes;
  llvm::Value *target;
  int64_t stride;
  llvm::Value *panel_lanes = nullptr; ///< Null: all lanes are in one.
  llvm::Value *panel_stride = nullptr;
};

/// Emits the copying. Its Lanes are as wide as a vector of the accumulator.
class Packer {
public:
  Packer(SizeCode &sizes, Lanes &lanes, const PackSide &side, DType type)
      : sizes(sizes), lanes(lanes), side(side), type(type),
        walk(side.factor, side.rows) {}

  /// Fixes the loops that are neither rows nor lanes.
  void begin(const IndexValues &fixed);
  void pack(const PackTarget &target);

  //===--- For the ways of packing ----------------------------------------===//
  /// A load's offset and conditions with the fixed loops in.
  struct Base {
    llvm::Value *offset;
    llvm::SmallVector<llvm::Value *, 4> conditions;
    LaneValue other; ///< What is behind the guard, if a scalar tensor is.
  };

  llvm::IRBuilderBase &b() { return sizes.b(); }
  KernelFrame &frame() { return sizes.frame(); }
  const std::vector<analysis::FactorLoad> &loads() const {
    return side.factor.loads;
  }
  const Node &node(size_t load) {
    return frame().kernel.nodes[loads()[load].node];
  }
  /// Loads a factor's load number `load` with lane 0 at `offset` and neighbours
  /// `step` apart.
  LaneValue load(size_t load, llvm::Value *offset,
                 const analysis::SizePolynomial &step,
                 const LaneValue &guard = {}, const LaneValue &other = {});
  LaneValue load(size_t load, const LaneValue &offset, const LaneValue &guard,
                 const LaneValue &other);
  /// What a load yields where its guard is false (zero if it has none).
  LaneValue other(size_t load, FactorCode &code);
  /// Stores the factor's value at `lane` of a row number, both counted from the
  /// target's.
  void store(const PackTarget &target, FactorCode &code, llvm::Value *row,
             llvm::Value *lane);
  void store(FactorCode &code, llvm::Value *address);

  SizeCode &sizes;
  Lanes &lanes;
  const PackSide &side;
  DType type;
  RowWalk walk;
  std::vector<Base> bases;

private:
  LaneValue scalar_other(const Node &load);
};

/// The ways of packing: for is_dense(), for is_transposed(), for all.
void pack_dense(Packer &packer, const PackTarget &target);
void pack_transposed(Packer &packer, const PackTarget &target);
void pack_segments(Packer &packer, const PackTarget &target);

} // namespace landfall::kernels
