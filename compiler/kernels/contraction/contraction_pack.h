//===- contraction_pack.h - Packing a factor into scratch memory --*- C++ -*-=//
//
// Part of Landfall, under the Apache License v2.0.
//
// Packing evaluates one factor of a contraction on a rectangle of rows x lanes
// and stores the values in scratch memory: target[row][lane], rows `stride`
// elements apart. Lanes are the dimension that is contiguous in the copy: the N
// side is packed with rows K and lanes N, the M side with rows M and lanes K.
// Conversions, zero points and guards are applied here, so that the innermost
// loop only reads values of the accumulator's type.
//
// Whole vectors are written: lanes beyond the rectangle up to the next multiple
// of the vector width are unspecified, and so are up to width - 1 rows beyond
// it.
//
//===----------------------------------------------------------------------===//
#pragma once

#include "compiler/kernels/contraction/contraction_rows.h"

namespace landfall::kernels {

/// One factor, and which loops are the rows and the lanes of its packed copy; a
/// function of the kernel only.
struct PackSide {
  PackSide() = default;
  PackSide(const analysis::Factor &factor, const analysis::IndexSpace &space,
           const std::vector<uint32_t> &row_loops,
           const std::vector<uint32_t> &lane_loops);

  analysis::Factor factor;
  std::vector<analysis::LoopSpan> rows;  ///< Outermost first.
  std::vector<analysis::LoopSpan> lanes; ///< Outermost first.

  /// The difference of a form between neighbouring indices of the innermost
  /// lane loop / row loop; 0 if there is none.
  analysis::SizePolynomial lane_step(const analysis::Affine &form) const;
  analysis::SizePolynomial row_step(const analysis::Affine &form) const;
  /// Whether no load has a guard, there is at most one lane loop, and each load
  /// is contiguous along it or the same in all lanes.
  bool is_dense() const;
  /// Whether the factor can be read from the operand without packing: it is
  /// dense and a single load of elements of this type, contiguous along the
  /// lanes, and has at most one row loop.
  bool is_plain(const Kernel &kernel, DType type) const {
    return why_not_plain(kernel, type).empty();
  }
  /// Why it is not plain, to follow "the side": "is loaded under a guard"; ""
  /// if it is plain.
  std::string why_not_plain(const Kernel &kernel, DType type) const;
  /// Whether no load has a guard, there is one row loop and one lane loop, and
  /// each load is contiguous along one of them or the same in all lanes.
  bool is_transposed() const;
  /// Whether it is a load of elements that are packed as they are, in runs:
  /// contiguous along the innermost lane loop, which no guard uses. Guards move
  /// by known steps from row to row. Other loads are of single elements, which
  /// stand where a guard is false.
  bool has_runs(const Kernel &kernel, DType type) const;
  /// The number of the load that is the factor's value; that of loads if none.
  size_t load_of_value() const;
};

/// What one call packs, and where. A dense side can be packed into several
/// panels at once: each has `panel_lanes` lanes and begins `panel_stride`
/// elements after the one before it.
struct PackTarget {
  Interval rows, lanes; ///< Which part of the flattened loops.
  llvm::Value *target;  ///< Address of row 0, lane 0 of the part.
  llvm::Value *stride;  ///< From one row to the next (i64, in elements).
  llvm::Value *panel_lanes = nullptr; ///< i64; null: one panel with all lanes.
  llvm::Value *panel_stride = nullptr;
};

/// Emits the code that packs one side. `lanes` is as wide as a vector of
/// `type`, the type of the packed elements. All references must outlive it.
class Packer {
public:
  Packer(SizeCode &sizes, Lanes &lanes, const PackSide &side, DType type)
      : sizes(sizes), lanes(lanes), side(side), type(type),
        walk(side.factor, side.rows) {}

  /// Sets the indices of the loops that are neither rows nor lanes. Must be
  /// called before `pack`.
  void begin(const IndexValues &fixed);
  void pack(const PackTarget &target);
  /// Fills `count` rows (i64) behind those of the target with zeros: blocks at
  /// an edge compute on them, and what scratch memory happens to hold may be
  /// subnormal numbers, which processors take a hundred times as long for.
  void clear_rest(const PackTarget &target, llvm::Value *count);

  //===--- For the functions below ----------------------------------------===//
  /// A load's offset and guard conditions at the indices set by `begin`,
  /// without the terms of rows and lanes.
  struct Base {
    llvm::Value *offset;
    llvm::SmallVector<llvm::Value *, 4> conditions;
    /// The load's `other` value, if that is the element of a tensor of rank 0
    /// (loaded once); else empty.
    LaneValue other;
  };

  llvm::IRBuilderBase &b() { return sizes.b(); }
  KernelFrame &frame() { return sizes.frame(); }
  const std::vector<analysis::FactorLoad> &loads() const {
    return side.factor.loads;
  }
  const Node &node(size_t load) {
    return frame().kernel.nodes[loads()[load].node];
  }
  /// Emits load number `load` of the factor: lane 0 at `offset`, neighbouring
  /// lanes `step` elements apart.
  LaneValue load(size_t load, llvm::Value *offset,
                 const analysis::SizePolynomial &step,
                 const LaneValue &guard = {}, const LaneValue &other = {});
  LaneValue load(size_t load, const LaneValue &offset, const LaneValue &guard,
                 const LaneValue &other);
  /// Asks for the element that load number `load` would read at `offset`, which
  /// need not be inside of the operand.
  void prefetch(size_t load, llvm::Value *offset);
  /// The value that a load yields where its guard is false; zero if it has no
  /// guard.
  LaneValue other(size_t load, FactorCode &code);
  /// Stores a vector of the factor's values at `row` and `lane` of the target,
  /// both counted from the part's first.
  void store(const PackTarget &target, FactorCode &code, llvm::Value *row,
             llvm::Value *lane);
  void store(FactorCode &code, llvm::Value *address);
  /// The factor's values as they are stored.
  llvm::Value *packed(FactorCode &code);
  /// The type of one of them: an encoding for reals narrower than f32.
  llvm::Type *stored_type();

  SizeCode &sizes;
  Lanes &lanes;
  const PackSide &side;
  DType type;
  RowWalk walk;
  std::vector<Base> bases;
  /// Whether the highest bit of each element is inverted (word_product.h).
  bool flips_high_bit = false;

private:
  llvm::Value *encoded(FactorCode &code);
  LaneValue scalar_other(const Node &load);
};

/// The ways to pack, of which Packer::pack chooses: for sides that are
/// is_dense(), for those that are is_transposed(), for those that have_runs()
/// of at least `shortest_run` bytes, and for all.
inline constexpr int64_t shortest_run = 16;
void pack_dense(Packer &packer, const PackTarget &target);
void pack_runs(Packer &packer, const PackTarget &target);
void pack_transposed(Packer &packer, const PackTarget &target);
void pack_segments(Packer &packer, const PackTarget &target);

} // namespace landfall::kernels
