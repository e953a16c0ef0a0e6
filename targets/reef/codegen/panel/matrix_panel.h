//===- matrix_panel.h - Operands as the matrix unit reads them -*- C++ -*-===//
//
// Part of Landfall, under the Apache License v2.0.
//
// A panel is a stretch of the depth by the width of two tiles, in scratchpad:
// [depth][edge elements], steps a pitch apart. It gets there by DMA, in one of
// four ways:
//
//   in place    rows of the operand are rows of the panel
//   turned      the operand runs along the depth: its rows go to a stage, and
//               through the matrix unit's tiles, in by rows and out by columns
//   converted   the same, but the panel's elements are made from the operand's
//               (of a narrow type, most of all): squares of rows are evaluated
//               to the place of the panel's steps, and turned there
//   evaluated   for each step of the outermost loop of the depth, the window
//               of the operand that the panel needs goes to the stage; factor
//               and guards are evaluated from there on the vector unit. Where
//               there is no such window, or it is too large: from where the
//               operand is.
//
//===----------------------------------------------------------------------===//
#pragma once

#include "compiler/kernels/contraction/contraction_pack.h"
#include "targets/reef/codegen/dma/dma.h"
#include "targets/reef/codegen/matrix/matrix_tiling.h"
#include "targets/reef/codegen/matrix/multiply_loop.h"
#include "targets/reef/codegen/panel/panel_factor.h"

namespace landfall::reef {

/// What the structure of one side of a contraction decides.
struct PanelDesign {
  enum class Way { in_place, turned, converted, evaluated };

  PanelDesign(const Kernel &kernel, const PanelFactor &factor,
              const analysis::IndexSpace &space,
              const std::vector<uint32_t> &depth,
              const std::vector<uint32_t> &edges);

  PanelType panel() const;

  DType type;                            ///< Of an element of the panel.
  kernels::PackSide by_depth;            ///< Rows are the depth.
  kernels::PackSide by_edge;             ///< Rows are the edges.
  std::optional<kernels::PackSide> zero; ///< One row: the edges' zero points.
  int64_t element_bytes; ///< Of what is fetched, but for evaluated ones.
  Way way;
};

/// Which panel, and where.
struct PanelTarget {
  kernels::Interval depth;
  kernels::Interval edges; ///< In the flattened loops along the panel's width.
  llvm::Value *address;
  llvm::Value *stage; ///< Not for those in place.
  llvm::Value *stage_bytes;
  llvm::Value *channel; ///< That fetches it.
  /// Of the most pieces that it arrives in, to base 2; not if evaluated.
  llvm::Value *pieces_log;
};
/// Enough that little of the work on a panel waits for its end.
constexpr int64_t most_pieces_log = 2;

/// A panel on its way: pieces of the depth, one after the other.
struct PanelArrival {
  llvm::Value *ticket; ///< Of the last piece.
  llvm::Value *steps; ///< Of a piece, but for the last; whole squares of tiles.
  llvm::Value *pieces; ///< At least 1.
};

/// What is behind the interval of edges in a panel is anything.
class PanelLoader {
public:
  PanelLoader(kernels::SizeCode &sizes, kernels::Lanes &lanes,
              const PanelDesign &design, const MatrixTiling &tiling);

  /// Fixes the loops that are neither depth nor edges.
  void begin(const kernels::IndexValues &batch);
  /// Starts what can be done by DMA; panels in place need their memory from
  /// here on, the others only the stage.
  void fetch(const PanelTarget &target);
  /// Waits and does the rest; the stage is free again. Tiles are overwritten.
  /// `meanwhile`: what can be started once some of it is there.
  void finish(
      const PanelTarget &target,
      const std::function<void()> &meanwhile = [] {});
  /// The same as `fetch` with a piece of both loaders' panels, in place and of
  /// one depth, in turn.
  void fetch_with(const PanelTarget &target, PanelLoader &other,
                  const PanelTarget &others);
  /// Of the panel in place, or turned, that was fetched last.
  PanelArrival arrival(const PanelTarget &target);
  /// Until piece number `piece` is there.
  void await(const PanelTarget &target, const PanelArrival &arrival,
             llvm::Value *piece);
  /// Steps of a piece, from the first of the panel on.
  kernels::Interval piece(const PanelTarget &target,
                          const PanelArrival &arrival, llvm::Value *number);
  /// The edges' zero points (i32) to `zeros`, if there are any.
  void emit_zeros(const kernels::Interval &edges, llvm::Value *zeros);

private:
  /// What a stage holds: for positions from `first` on, `count` elements each,
  /// at the first of them from element `begin` of the operand on.
  struct Window {
    llvm::Value *fits; ///< i1
    llvm::Value *first, *positions, *begin, *count;
    llvm::Value *turn; ///< Steps of the depth to a position.
    llvm::Value *room; ///< Positions that the stage has room for.
  };

  bool has_window() const;
  Window window(const PanelTarget &target);
  void bound_window(Window &window, llvm::Value *low, llvm::Value *high,
                    llvm::Value *stride, llvm::Value *most_bytes);
  void fetch_window(const PanelTarget &target);
  PanelTarget part(const PanelTarget &target, llvm::Value *done);
  void evaluate_parts(const PanelTarget &target);
  void fetch_pieces(const PanelTarget &target);
  Transfer transfer(const PanelTarget &target, const kernels::Interval &steps);
  llvm::Value *stage_row_bytes(const PanelTarget &target);
  void turn(const PanelTarget &target, const std::function<void()> &meanwhile);
  void turn_piece(const PanelTarget &target, const kernels::Interval &steps);
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
  /// The same of the operand's elements.
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
  llvm::Value *ticket_; ///< Where that of the panel fetched last is.
};

/// A load's elements, moved to where they can be read faster.
struct Relocation {
  llvm::Value *pointer = nullptr;
  /// Added to offsets at the stream's position 0.
  llvm::Value *shift = nullptr;
  /// Elements between positions of the stream.
  llvm::Value *stride = nullptr;
};

/// The third way's last step: evaluates the factor into the panel. `load0`
/// says where the first load's elements are, if not where they were; `pitch` is
/// in elements.
void evaluate_panel(kernels::Packer &packer, const PanelTarget &target,
                    llvm::Value *pitch, const Relocation &load0);

} // namespace landfall::reef
