//===- multiply_loop.cpp - Products of panels in tiles --------------------===//
//
// Part of Landfall, under the Apache License v2.0.
//
// A step loads both halves of both panels, each to the group that its operand
// must begin at, and multiplies four times. Loads wait until the last step has
// used what they overwrite; two orders in turn use each operand long before it
// is needed again:
//
//   tile    2  3  1  0 | 3  2  0  1     Tile 2 i + j is half i of the rows,
//   rows    1  1  0  0 | 1  1  0  0     group i, by half j of the lanes,
//   lanes   0  1  1  0 | 1  0  0  1     group 2 + j.
//
//===----------------------------------------------------------------------===//
#include "targets/reef/codegen/matrix/multiply_loop.h"

#include "targets/reef/codegen/matrix/assembly.h"

#include <bit>

namespace landfall::reef {

namespace {

constexpr unsigned order[2][4] = {{2, 3, 1, 0}, {3, 2, 0, 1}};

std::string suffix(const PanelTypes &types) {
  auto name = [](PanelType type) -> std::string {
    switch (type.type) {
    case DType::i8:
      return "s";
    case DType::u8:
      return "u";
    case DType::f8e4m3fn:
      return "e4m3";
    case DType::f8e5m2:
      return "e5m2";
    default:
      return "f";
    }
  };
  return name(types.rows) + "." + name(types.lanes);
}

/// log2 of an element's bytes.
unsigned bytes_log(DType type) {
  return unsigned(std::countr_zero(uint64_t(size_of(type))));
}

/// Registers: a0 edge; s2 pitch; t0 to t3 the addresses from which groups 0 to
/// 3 are loaded; t5 bytes between loads, s3 the same for pairs; t4 scratch; t6
/// steps left.
class StepText : public AssemblyText {
public:
  explicit StepText(PanelTypes types) : types_(types) {}

  /// Sets the addresses of both halves of a panel.
  void place(PanelSide side, const char *panel) {
    unsigned group = side == PanelSide::rows ? 0 : 2;
    PanelType type = type_of(side);
    line("mv t{}, {}", group, panel);
    line("slli t{}, a0, {}", group + 1, type.pairs ? 1 : bytes_log(type.type));
    line("add t{0}, t{0}, {1}", group + 1, panel);
  }
  void begin() {
    set_tile_type("a0");
    line("sf.vsettk x0, x0");
    // One step of reals, or four of bytes.
    line("slli t5, s2, {}",
         types_.are_bytes() ? 2 : bytes_log(types_.rows.type));
    line("slli s3, s2, 1");
  }
  /// The remaining steps are done one by one.
  void begin_single() {
    line("li t4, 1");
    line("sf.vsettk x0, t4");
    if (types_.are_bytes())
      line("mv t5, s2");
  }
  void set_tile_type(const char *lanes) {
    const char *type = types_.are_bytes()                ? "e8, w4"
                       : types_.rows.type == DType::f16  ? "e16, w2"
                       : types_.rows.type == DType::bf16 ? "e16alt, w2"
                                                         : "e32, w1";
    line("sf.vsettnt x0, {}, {}", lanes, type);
  }
  void set_load_type() { line("vsetvli x0, a0, e8, mf2, ta, ma"); }
  /// Loads ahead what can be loaded before the last steps are used: pairs, into
  /// the registers between those of an operand.
  void prefetch(unsigned group) {
    if (!is_paired(group))
      return;
    for (unsigned first : {8 * group, 8 * group + 4}) {
      line("vle16.v v{}, (t{})", first + 1, group);
      line("add t{0}, t{0}, s3", group);
    }
  }
  /// Loads the next steps of half a panel: as many as an instruction takes.
  void load(unsigned group) {
    if (types_.are_halves())
      for (unsigned step : {0u, 1u})
        load_rows("vle16", group, 4 * step);
    else if (!types_.are_bytes())
      load_rows("vle32", group);
    else if (!is_paired(group))
      load_rows("vl8re8", group); // Four steps, two registers each.
    else
      for (unsigned first : {8 * group, 8 * group + 4})
        for (unsigned step : {0u, 1u})
          line("vnsrl.wi v{}, v{}, {}", first + 2 * step, first + 1, 8 * step);
  }
  /// Step number `step` of the last few.
  void load_single(unsigned group, unsigned step) {
    if (!is_paired(group))
      return load_rows(types_.are_halves() ? "vle16" : "vle8", group);
    line("vle16.v v{}, (t{})", 8 * group + 1, group);
    line("vnsrl.wi v{}, v{}, {}", 8 * group, 8 * group + 1, step % 2 * 8);
    if (step % 2 == 1)
      line("add t{0}, t{0}, s3", group);
  }
  /// Half i of the rows is in group i, half j of the lanes in group 2 + j.
  void multiply(unsigned tile) {
    line("sf.mm.{} mt{}, v{}, v{}", suffix(types_), 4 * tile, 8 * (tile / 2),
         8 * (2 + tile % 2));
  }

private:
  PanelType type_of(PanelSide side) const {
    return side == PanelSide::rows ? types_.rows : types_.lanes;
  }
  bool is_paired(unsigned group) const {
    return type_of(group < 2 ? PanelSide::rows : PanelSide::lanes).pairs;
  }
  /// Loads into a register of the group.
  void load_rows(const char *load, unsigned group, unsigned register_ = 0) {
    line("{}.v v{}, (t{})", load, 8 * group + register_, group);
    line("add t{0}, t{0}, t5", group);
  }

  PanelTypes types_;
};

/// Also: a1, a2 panels; a3, a4 row counts and a5, a6 lane counts of the halves;
/// a7 depth.
class MultiplyText {
public:
  explicit MultiplyText(PanelTypes types)
      : types_(types), at_once_(types.steps_at_once()), text_(types) {}

  AssemblyText emit() {
    text_.place(PanelSide::rows, "a1");
    text_.place(PanelSide::lanes, "a2");
    text_.begin();
    text_.line("mv t6, a7");
    for (const char *count : {"a3", "a4", "a5", "a6"})
      text_.line("bne {}, a0, 9f", count);
    text_.line("sf.vsettm x0, a0");
    emit_couples(/*whole=*/true, 1);
    text_.line("9:");
    emit_couples(/*whole=*/false, 3);
    text_.loop(at_once_, 5, [&] { step(order[0], /*whole=*/false); });
    if (at_once_ > 1)
      emit_last();
    return text_;
  }

private:
  /// Loads, and multiplies in one of the two orders. Unless `whole`, tm and tn
  /// of each half are set from a3 to a6.
  void step(const unsigned (&tiles)[4], bool whole) {
    begin_loads(whole);
    // As they are needed.
    unsigned lane = tiles[0] % 2;
    unsigned groups[] = {1, 2 + lane, 3 - lane, 0};
    for (unsigned group : groups)
      text_.prefetch(group);
    for (unsigned group : groups)
      text_.load(group);
    multiply(tiles, whole);
  }
  void begin_loads(bool whole) {
    if (types_.any_pairs())
      text_.set_load_type();
    else if (!whole)
      text_.line("sf.vsettn x0, a0");
  }
  void multiply(const unsigned (&tiles)[4], bool whole) {
    if (types_.any_pairs())
      text_.set_tile_type("a0");
    for (unsigned k = 0; k < 4; ++k) {
      unsigned row_half = tiles[k] / 2, lane_half = tiles[k] % 2;
      if (!whole && (k == 0 || lane_half != tiles[k - 1] % 2))
        text_.line("sf.vsettn x0, a{}", 5 + lane_half);
      if (!whole && (k == 0 || row_half != tiles[k - 1] / 2))
        text_.line("sf.vsettm x0, a{}", 3 + row_half);
      text_.multiply(tiles[k]);
    }
  }
  /// The steps of two iterations, one in each order.
  void emit_couples(bool whole, int label) {
    text_.loop(2 * at_once_, label, [&] {
      step(order[0], whole);
      step(order[1], whole);
    });
  }
  void emit_last() {
    text_.begin_single();
    for (unsigned number = 0; number + 1 < at_once_; ++number) {
      text_.line("li t4, {}", number);
      text_.line("ble t6, t4, 7f");
      begin_loads(/*whole=*/false);
      for (unsigned group = 0; group < 4; ++group)
        text_.load_single(group, number);
      multiply(order[0], /*whole=*/false);
    }
    text_.line("7:");
  }

  PanelTypes types_;
  unsigned at_once_;
  StepText text_;
};

/// Also: a1 panel; a2 depth. The other operand is a single lane or row of ones.
class SumText {
public:
  SumText(PanelSide side, PanelType type)
      : of_rows_(side == PanelSide::rows), first_(of_rows_ ? 0 : 2),
        text_({of_rows_ ? type : PanelType{type.type},
               of_rows_ ? PanelType{type.type} : type}) {}

  AssemblyText emit() {
    text_.place(of_rows_ ? PanelSide::rows : PanelSide::lanes, "a1");
    text_.begin();
    text_.line("mv t6, a2");
    for (unsigned k = 0; k < 4; ++k)
      text_.line("vmv.v.i v{}, 1", 8 * (2 - first_) + 2 * k);
    text_.loop(4, 1, [&] {
      step([&](unsigned group) {
        text_.prefetch(group);
        text_.load(group);
      });
    });
    text_.begin_single();
    for (unsigned number = 0; number < 3; ++number) {
      text_.line("li t4, {}", number);
      text_.line("ble t6, t4, 7f");
      step([&](unsigned group) { text_.load_single(group, number); });
    }
    text_.line("7:");
    return text_;
  }

private:
  template <typename Load> void step(Load load) {
    text_.set_load_type();
    load(first_);
    load(first_ + 1);
    text_.line("li t4, 1");
    text_.set_tile_type(of_rows_ ? "t4" : "a0");
    text_.line("sf.vsettm x0, {}", of_rows_ ? "a0" : "t4");
    text_.multiply(0);
    text_.multiply(of_rows_ ? 2 : 1);
    text_.line("li t4, 4");
  }

  bool of_rows_;
  unsigned first_; ///< Group of the panel.
  StepText text_;
};

} // namespace

std::string PanelTypes::name() const {
  auto form = [](PanelType type) {
    return std::string(landfall::name(type.type)) +
           (type.pairs ? "_pairs" : "");
  };
  return form(rows) + "_" + form(lanes);
}

void emit_multiply_loop(kernels::KernelFrame &frame, const MultiplyLoop &loop) {
  emit_assembly(frame, MultiplyText(loop.types).emit(),
                {loop.edge, loop.rows, loop.lanes, loop.row_counts[0],
                 loop.row_counts[1], loop.lane_counts[0], loop.lane_counts[1],
                 loop.depth, loop.pitch});
}

void emit_sum_loop(kernels::KernelFrame &frame, const SumLoop &loop) {
  // Arguments that the text has no use for keep the pitch in its register.
  llvm::Value *none = frame.index(0);
  emit_assembly(frame, SumText(loop.side, loop.type).emit(),
                {loop.edge, loop.panel, loop.depth, none, none, none, none,
                 none, loop.pitch});
}

} // namespace landfall::reef
