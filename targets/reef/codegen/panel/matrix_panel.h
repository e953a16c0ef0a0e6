//===- matrix_panel.h - Packing panels for the matrix unit -----*- C++ -*-===//
//
// Part of Landfall, under the Apache License v2.0.
//
// A panel is a packed block of one factor in the scratchpad: [depth][edges],
// where "edges" are the rows (or the lanes) of the result, two tiles wide, and
// consecutive steps of the depth are a pitch apart. There are four ways to
// pack:
//
//   in place    rows of the operand are rows of the panel: DMA alone
//   transposed  the operand is contiguous along the depth: DMA to a staging
//               area, then a transposition through the matrix unit's tiles
//               (written by rows, read by columns)
//   converted   as transposed, but the elements are computed from the operand's
//               (mostly: widened from a narrow type). The vector unit evaluates
//               squares into the panel, where they are transposed
//   evaluated   DMA of the part of the operand that the panel needs (a window
//               for each step of the outermost depth loop) to the staging area;
//               the vector unit evaluates factor and guards from there. If
//               there is no such window, or it is too large, the vector unit
//               reads the operand in DRAM
//
//===----------------------------------------------------------------------===//
#pragma once

#include "compiler/kernels/contraction/contraction_pack.h"
#include "targets/reef/codegen/dma/dma.h"
#include "targets/reef/codegen/matrix/matrix_tiling.h"
#include "targets/reef/codegen/matrix/multiply_loop.h"
#include "targets/reef/codegen/panel/panel_factor.h"

namespace landfall::reef {

/// How one factor of a contraction is packed; a function of the kernel only.
struct PanelDesign {
  enum class Way { in_place, transposed, converted, evaluated };

  PanelDesign(const Kernel &kernel, const PanelFactor &factor,
              const analysis::IndexSpace &space,
              const std::vector<uint32_t> &depth,
              const std::vector<uint32_t> &edges);

  PanelType panel() const;

  DType type;                 ///< Element type of the panel.
  kernels::PackSide by_depth; ///< The factor as a matrix [depth][edges].
  kernels::PackSide by_edge;  ///< The factor as a matrix [edges][depth].
  /// The zero points as a matrix of one row, [1][edges], if there are any.
  std::optional<kernels::PackSide> zero;
  /// Size of an element of the operand that DMA fetches; not used for the way
  /// `evaluated`.
  int64_t element_bytes;
  Way way;
};

/// A panel to be packed. Addresses are in the scratchpad.
struct PanelTarget {
  kernels::Interval depth;
  kernels::Interval edges; ///< In the flattened loops along the panel's width.
  llvm::Value *address;
  llvm::Value *stage; ///< The staging area; not used in place.
  llvm::Value *stage_bytes;
  llvm::Value *channel; ///< The DMA channel that fetches it.
  /// log2 of the number of pieces of the depth it is fetched in, at most; not
  /// used if evaluated.
  llvm::Value *log2_pieces;
};
/// log2 of the most pieces of a panel. Work on a panel starts when its first
/// piece has arrived.
constexpr int64_t log2_max_pieces = 2;

/// A panel in transfer: consecutive pieces of the depth, each its own transfer.
struct PanelArrival {
  llvm::Value *ticket; ///< DMA ticket of the last piece.
  /// Steps of each piece but the last; a multiple of a tile's edge.
  llvm::Value *steps;
  llvm::Value *pieces; ///< At least 1.
};

/// Emits the code that packs panels. Elements of a panel beyond
/// `PanelTarget::edges` are unspecified.
class PanelLoader {
public:
  PanelLoader(kernels::SizeCode &sizes, kernels::Lanes &lanes,
              const PanelDesign &design, const MatrixTiling &tiling);

  /// Sets the indices of the batch loops. Must be called first.
  void begin(const kernels::IndexValues &batch);
  /// Starts the DMA transfers: to the panel itself if in place, else to the
  /// staging area. That memory must not be used until `finish`.
  void fetch(const PanelTarget &target);
  /// Waits for the transfers and completes the panel; the staging area is free
  /// again. Overwrites the tiles. `meanwhile` emits work that is started once
  /// the first piece has arrived.
  void finish(
      const PanelTarget &target,
      const std::function<void()> &meanwhile = [] {});
  /// `fetch` for two panels, both in place and with the same depth: their
  /// pieces are transferred alternately.
  void fetch_with(const PanelTarget &target, PanelLoader &other,
                  const PanelTarget &others);
  /// The pieces of the panel fetched last (in place or transposed).
  PanelArrival arrival(const PanelTarget &target);
  /// Waits until piece number `piece` has arrived; pieces arrive in order.
  void await(const PanelTarget &target, const PanelArrival &arrival,
             llvm::Value *piece);
  /// The steps of a piece, counted from the panel's first.
  kernels::Interval piece(const PanelTarget &target,
                          const PanelArrival &arrival, llvm::Value *number);
  /// Stores the edges' zero points (i32) to `zeros`, if there are any.
  void emit_zeros(const kernels::Interval &edges, llvm::Value *zeros);

private:
  /// The part of an operand in the staging area. The outermost depth loop
  /// ("positions") runs from `first`; for each position the area holds `count`
  /// elements. Those of the first one begin at element `begin` of the operand.
  struct Window {
    llvm::Value *fits; ///< i1
    llvm::Value *first, *positions, *begin, *count;
    llvm::Value *position_steps; ///< Steps of the depth per position.
    llvm::Value *room;           ///< Positions that fit the staging area.
  };

  bool has_window() const;
  Window window(const PanelTarget &target);
  void bound_window(Window &window, llvm::Value *low, llvm::Value *high,
                    llvm::Value *stride, llvm::Value *max_bytes);
  void fetch_window(const PanelTarget &target);
  PanelTarget part(const PanelTarget &target, llvm::Value *done);
  void evaluate_parts(const PanelTarget &target);
  void fetch_pieces(const PanelTarget &target);
  Transfer transfer(const PanelTarget &target, const kernels::Interval &steps);
  llvm::Value *stage_row_bytes(const PanelTarget &target);
  void transpose(const PanelTarget &target,
                 const std::function<void()> &meanwhile);
  void transpose_piece(const PanelTarget &target,
                       const kernels::Interval &steps);
  void convert_piece(const PanelTarget &target, const kernels::Interval &steps);
  Transfer rows_of(const kernels::PackSide &side, kernels::Packer &packer,
                   const kernels::Interval &rows,
                   const kernels::Interval &columns);
  void evaluate(const PanelTarget &target);
  llvm::Value *index(int64_t value) { return sizes_.frame().index(value); }
  llvm::Value *at(llvm::Value *pointer, llvm::Value *elements) {
    return kernels::element(b, b.getInt8Ty(), pointer, bytes(elements));
  }
  llvm::Value *bytes(llvm::Value *elements) {
    return b.CreateMul(elements, index(size_of(design_.type)));
  }
  /// The same for elements of the operand's type.
  llvm::Value *fetched_at(llvm::Value *pointer, llvm::Value *elements) {
    return kernels::element(b, b.getInt8Ty(), pointer, fetched_bytes(elements));
  }
  llvm::Value *fetched_bytes(llvm::Value *elements) {
    return b.CreateMul(elements, index(design_.element_bytes));
  }

  kernels::SizeCode &sizes_;
  llvm::IRBuilderBase &b;
  const PanelDesign &design_;
  const MatrixTiling &tiling_;
  kernels::Packer by_depth_, by_edge_;
  std::optional<kernels::Packer> zero_;
  llvm::Value *ticket_; ///< Stack slot: ticket of the panel fetched last.
};

/// Where a load's elements have been copied to. The element at `offset`, at
/// position p of the outermost depth loop, is at
/// pointer[offset + shift + p * stride].
struct Relocation {
  llvm::Value *pointer = nullptr;
  llvm::Value *shift = nullptr;
  llvm::Value *stride = nullptr;
};

/// Evaluates the factor into the panel on the vector unit. `load0`: where the
/// first load's elements are, if copied; `pitch` is in elements.
void evaluate_panel(kernels::Packer &packer, const PanelTarget &target,
                    llvm::Value *pitch, const Relocation &load0);

} // namespace landfall::reef
