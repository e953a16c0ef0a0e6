//===- panel_tile.cpp - The innermost product with panels -----------------===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#include "compiler/kernels/contraction/panel_tile.h"
#include "compiler/kernels/frame/loop_builder.h"
#include "compiler/kernels/frame/shared_function.h"
#include "compiler/kernels/lanes/lane_code.h"
#include "compiler/kernels/lanes/narrow_real.h"

namespace landfall::kernels {

using llvm::Value;

namespace {

/// Emits the body of a block function.
class PanelTile {
public:
  PanelTile(KernelFrame &frame, const TileShape &shape, const TileBlock &block,
            int64_t panel, const PanelTileArguments &arguments)
      : frame_(frame), b_(frame.b), shape_(shape), block_(block), panel_(panel),
        arguments_(arguments), lanes_(frame, shape.width),
        scalar_(lanes_.scalar_type(shape.type)),
        vector_(lanes_.vector_type(shape.type)) {}

  void emit() {
    Values sums = emit_if(
        frame_, arguments_.continues, [&] { return stored_sums(); },
        [&] {
          return Values(block_.m * block_.vectors,
                        llvm::Constant::getNullValue(vector_));
        });
    // What is carried: the address of the panels, that of what is asked for
    // ahead, then the sums.
    Values carried = {arguments_.panels,
                      panel_at(arguments_.panels, arguments_.ahead)};
    carried.append(sums);
    if (arguments_.taps)
      carried =
          emit_for(frame_, index(0), arguments_.taps, index(1), carried,
                   [&](Value *tap, llvm::ArrayRef<Value *> now) {
                     Value *offset = b_.CreateLoad(
                         b_.getInt64Ty(),
                         element(b_, b_.getInt64Ty(), arguments_.offsets, tap));
                     return emit_steps(at(arguments_.rows, offset), now);
                   });
    else
      carried = emit_steps(arguments_.rows, carried);
    for (size_t i = 0; i < sums.size(); ++i)
      b_.CreateAlignedStore(carried[2 + i], sum_address(i), align());
  }

private:
  /// All steps of K, or of a tap.
  Values emit_steps(Value *rows, llvm::ArrayRef<Value *> carried) {
    Values init = row_pointers(rows);
    size_t pointers = init.size();
    init.append(carried.begin(), carried.end());
    int64_t together = shape_.panel_steps;
    int64_t turn = together * steps_of_turn(block_.m * block_.vectors);
    Value *done = index(0);
    if (turn > together) {
      done =
          b_.CreateMul(b_.CreateUDiv(arguments_.k, index(turn)), index(turn));
      init = emit_turns(index(0), done, turn, init, pointers);
    }
    Values last = emit_turns(done, arguments_.k, together, init, pointers);
    return Values(last.begin() + pointers, last.end());
  }

  /// Steps [low, high) of K, so many in a turn. What is carried: so many row
  /// pointers, the panels, what is asked for ahead, then the sums.
  Values emit_turns(Value *low, Value *high, int64_t steps,
                    llvm::ArrayRef<Value *> init, size_t pointers) {
    int64_t together = shape_.panel_steps;
    Value *row_step = b_.CreateMul(arguments_.k_stride, index(together));
    return emit_for(frame_, low, high, index(steps), init,
                    [&](Value *, llvm::ArrayRef<Value *> now) {
                      Values from(now.take_front(pointers));
                      Value *panels = now[pointers], *ahead = now[pointers + 1];
                      Values sums(now.drop_front(pointers + 2));
                      for (int64_t k = 0; k < steps; k += together) {
                        prefetch(panels, ahead);
                        for (int64_t part = 0; part < together; ++part)
                          sums = step(panels, from, part, sums);
                        for (Value *&pointer : from)
                          pointer = at(pointer, row_step);
                        panels = panel_at(panels, index(panel_ * together));
                        ahead = panel_at(ahead, arguments_.ahead_step);
                      }
                      Values next = from;
                      next.append({panels, ahead});
                      next.append(sums);
                      return next;
                    });
  }

  /// The rows that are addressed from one pointer: all, if their distance is
  /// known; else as many as instructions scale an index for (0 to 3 of it).
  unsigned rows_of_pointer() const {
    return llvm::isa<llvm::Constant>(arguments_.row_stride) ? block_.m : 4;
  }
  Values row_pointers(Value *rows) {
    Values pointers;
    for (unsigned row = 0; row < block_.m; row += rows_of_pointer())
      pointers.push_back(row_at(rows, row));
    return pointers;
  }
  Value *row_at(Value *pointer, unsigned rows_ahead) {
    return at(pointer,
              b_.CreateMul(arguments_.row_stride, index(int64_t(rows_ahead))));
  }

  Value *index(int64_t value) { return frame_.index(value); }
  Value *at(Value *pointer, Value *offset) {
    return b_.CreateGEP(scalar_, pointer, offset);
  }
  Value *panel_at(Value *pointer, Value *offset) {
    return element(b_, stored_type(1)->getScalarType(), pointer, offset);
  }
  /// So many lanes as panels have them.
  llvm::Type *stored_type(unsigned lanes) {
    bool is_narrow =
        shape_.panel_type == DType::f16 || shape_.panel_type == DType::bf16;
    llvm::Type *one = is_narrow ? b_.getInt16Ty() : scalar_;
    return llvm::FixedVectorType::get(one, lanes);
  }
  /// The offset of a point of the block in the panels.
  Value *place_of(int64_t point) {
    return b_.CreateAdd(
        b_.CreateMul(arguments_.panel_stride, index(point / panel_)),
        index(point % panel_ * shape_.panel_steps));
  }
  llvm::Align align() const {
    return llvm::Align(uint64_t(size_of(shape_.type)) * shape_.width);
  }

  Value *sum_address(size_t i) {
    Value *row = b_.CreateMul(arguments_.sums_stride,
                              index(int64_t(i / block_.vectors)));
    int64_t vector = int64_t(i % block_.vectors) * shape_.width;
    return at(arguments_.sums, b_.CreateAdd(row, index(vector)));
  }
  Values stored_sums() {
    Values sums;
    for (unsigned i = 0; i < block_.m * block_.vectors; ++i)
      sums.push_back(b_.CreateAlignedLoad(vector_, sum_address(i), align()));
    return sums;
  }

  /// Blocks of fewer rows read memory as fast as it can be read.
  static constexpr unsigned least_prefetching_rows = 4;
  /// So many steps of a wide block are read from memory in a latency.
  static constexpr int64_t steps_of_latency = 32;

  /// Blocks of several rows take longer to multiply a step than to read one
  /// from memory: they ask for what the next group of points reads, so that not
  /// all of it is waited for by the group's first block. Wide blocks, which are
  /// alone in their group, ask for their own steps.
  void prefetch(Value *panels, Value *ahead) {
    if (block_.m < least_prefetching_rows)
      return;
    bool is_wide = block_.vectors > shape_.vectors;
    int64_t points = int64_t(block_.vectors) * shape_.width;
    int64_t first = is_wide ? 0 : points;
    Value *from =
        is_wide ? panel_at(panels, index(panel_ * steps_of_latency)) : ahead;
    constexpr int read = 0, into_second_level = 2, data = 1;
    int64_t line = 64 / (size_of(shape_.panel_type) * shape_.panel_steps);
    for (int64_t point = first; point < first + points; point += line) {
      Value *address = panel_at(from, place_of(point));
      b_.CreateIntrinsic(llvm::Intrinsic::prefetch, {address->getType()},
                         {address, b_.getInt32(read),
                          b_.getInt32(into_second_level), b_.getInt32(data)});
    }
  }

  /// The sums after step number `k` of those that lie together at the addresses
  /// `panels` and `rows` (row_pointers).
  Values step(Value *panels, llvm::ArrayRef<Value *> rows, int64_t k,
              llvm::ArrayRef<Value *> sums) {
    Values next(sums.size(), nullptr);
    auto add = [&](unsigned row, unsigned v, Value *element, Value *vector) {
      size_t i = row * block_.vectors + v;
      next[i] = shape_.words ? multiply_add_words(frame_, *shape_.words,
                                                  element, vector, sums[i])
                             : multiply_add(b_, element, vector, sums[i]);
    };
    // The operands of which there are fewer stay in registers.
    if (block_.vectors <= block_.m) {
      Values vectors;
      for (unsigned v = 0; v < block_.vectors; ++v)
        vectors.push_back(vector(panels, v, k));
      for (unsigned row = 0; row < block_.m; ++row) {
        Value *element = spread(rows, row, k);
        for (unsigned v = 0; v < block_.vectors; ++v)
          add(row, v, element, vectors[v]);
      }
      return next;
    }
    Values elements;
    for (unsigned row = 0; row < block_.m; ++row)
      elements.push_back(spread(rows, row, k));
    for (unsigned v = 0; v < block_.vectors; ++v) {
      Value *lanes = vector(panels, v, k);
      for (unsigned row = 0; row < block_.m; ++row)
        add(row, v, elements[row], lanes);
    }
    return next;
  }

  Value *vector(Value *panels, unsigned v, int64_t k) {
    unsigned lanes = shape_.width * unsigned(shape_.panel_steps);
    Value *stored = b_.CreateAlignedLoad(
        stored_type(lanes),
        panel_at(panels, place_of(int64_t(v) * shape_.width)),
        llvm::Align(uint64_t(size_of(shape_.panel_type))));
    if (shape_.panel_type == DType::f16) {
      LaneCode code(frame_);
      return emit_decode(code, DType::f16, stored);
    }
    if (shape_.panel_type != DType::bf16)
      return stored;
    // Two steps in a word: the second is its upper half already.
    Value *words = b_.CreateBitCast(
        stored, llvm::FixedVectorType::get(b_.getInt32Ty(), shape_.width));
    return b_.CreateBitCast(k == 0 ? b_.CreateShl(words, 16)
                                   : b_.CreateAnd(words, 0xffff0000),
                            vector_);
  }

  /// The element of a row at step `k` of those together, in all lanes.
  Value *spread(llvm::ArrayRef<Value *> rows, unsigned row, int64_t k) {
    unsigned in_pointer = rows_of_pointer();
    Value *address = row_at(rows[row / in_pointer], row % in_pointer);
    address = at(address, b_.CreateMul(arguments_.k_stride, index(k)));
    return b_.CreateVectorSplat(shape_.width, b_.CreateLoad(scalar_, address));
  }

  KernelFrame &frame_;
  llvm::IRBuilderBase &b_;
  const TileShape &shape_;
  TileBlock block_;
  int64_t panel_;
  PanelTileArguments arguments_;
  Lanes lanes_;
  llvm::Type *scalar_, *vector_;
};

} // namespace

void set_share_ahead(llvm::IRBuilderBase &b, const TileShape &shape,
                     int64_t panel, const Interval &rows, Value *all_rows,
                     PanelTileArguments &arguments) {
  Value *step = b.getInt64(uint64_t(panel * shape.panel_steps));
  Value *steps =
      ceil_div(b, arguments.k, b.getInt64(uint64_t(shape.panel_steps)));
  if (arguments.taps)
    steps = b.CreateMul(steps, arguments.taps);
  Value *all = larger(b, all_rows, b.getInt64(1));
  arguments.ahead =
      b.CreateUDiv(b.CreateMul(b.CreateMul(step, steps), rows.begin), all);
  arguments.ahead_step = ceil_div(b, b.CreateMul(step, rows.count), all);
}

void call_panel_tile(KernelFrame &frame, const TileShape &shape,
                     const TileBlock &block, int64_t panel,
                     const PanelTileArguments &a) {
  std::string type =
      shape.words ? "words" : std::string(name(shape.panel_type));
  std::string symbol =
      (a.taps ? "windows_" : "panels_") + type + "_" + std::to_string(block.m) +
      "x" + std::to_string(block.vectors) + "_of_" + std::to_string(panel);
  Values arguments = {a.rows,  a.k_stride,  a.panels,      a.panel_stride,
                      a.k,     a.sums,      a.sums_stride, a.continues,
                      a.ahead, a.ahead_step};
  // Known strides are parts of addresses.
  bool is_known = llvm::isa<llvm::Constant>(a.row_stride);
  if (a.taps)
    arguments.append({a.taps, a.offsets});
  if (!is_known)
    arguments.push_back(a.row_stride);
  call_shared(frame, symbol, arguments, [&](llvm::ArrayRef<Value *> v) {
    PanelTileArguments inner{v[0], is_known ? a.row_stride : v.back(),
                             v[1], v[2],
                             v[3], v[4],
                             v[5], v[6],
                             v[7], v[8],
                             v[9]};
    if (a.taps) {
      inner.taps = v[10];
      inner.offsets = v[11];
    }
    PanelTile(frame, shape, block, panel, inner).emit();
  });
}

} // namespace landfall::kernels
