//===- byte_channels.cpp - Windows of bytes, channels innermost -----------===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#include "compiler/kernels/windows/byte_channels.h"

#include "compiler/kernels/contraction/word_product.h"
#include "compiler/kernels/frame/loop_builder.h"
#include "compiler/kernels/windows/byte_window_tasks.h"
#include "compiler/kernels/windows/window_results.h"
#include "compiler/kernels/windows/window_tile.h"

#include <fmt/format.h>

namespace landfall::kernels {

using analysis::WindowAxis;
using llvm::Value;

namespace {

/// Results worth a task of their own.
constexpr int64_t work_of_a_task = int64_t(1) << 15;
constexpr int64_t line_bytes = 64;
/// So many results are stored before it is asked whether they are sure
/// (requantization.h).
constexpr int64_t columns_of_a_question = 8;

/// An item is a vector of channels at a tile of rows, for one index of the
/// outer loops. All values are i64.
struct ChannelTile : WindowExtents {
  Value *positions; ///< Columns of the image that a row reads.
  Value *tile_rows, *row_tiles, *vectors, *items, *task_items, *tasks;
  Value *outside_at, *scratch_bytes; ///< The words are at 0.
};

ChannelTile emit_tile(SizeCode &sizes, const WindowProblem &problem,
                      const ByteWindows &windows) {
  llvm::IRBuilderBase &b = sizes.b();
  auto index = [&](int64_t value) { return sizes.frame().index(value); };
  auto positive = [&](Value *x) { return larger(b, x, index(1)); };
  ChannelTile tile{};
  static_cast<WindowExtents &>(tile) = emit_window_extents(sizes, problem);
  tile.positions =
      window_reach(sizes, problem.column, tile.columns, tile.column_taps);
  Value *row = positive(b.CreateMul(tile.columns, index(problem.width)));
  Value *wanted = positive(b.CreateUDiv(index(work_of_a_task), row));
  tile.row_tiles = ceil_div(b, tile.rows, wanted);
  tile.tile_rows = positive(ceil_div(b, tile.rows, positive(tile.row_tiles)));
  tile.vectors = ceil_div(b, tile.channels, index(problem.width));
  Value *outer = sizes.extent(problem.sum.space, problem.outer_loops());
  tile.items = b.CreateMul(outer, b.CreateMul(tile.row_tiles, tile.vectors));
  Value *work = positive(b.CreateMul(tile.tile_rows, row));
  tile.task_items = positive(b.CreateUDiv(index(work_of_a_task), work));
  tile.tasks = ceil_div(b, tile.items, tile.task_items);
  int64_t words = windows.words(*windows.row_taps);
  tile.outside_at =
      round_up(b,
               b.CreateMul(tile.positions,
                           index(words * word_bytes * int64_t(problem.width))),
               index(line_bytes));
  tile.scratch_bytes = b.CreateAdd(tile.outside_at, index(line_bytes));
  return tile;
}

/// Emits the code of items. References must outlive it.
class ChannelLanes {
public:
  using Tile = ChannelTile;

  static Tile tile(SizeCode &sizes, const WindowProblem &problem,
                   const ByteWindows &windows) {
    return emit_tile(sizes, problem, windows);
  }
  static std::string plan(const ByteWindows &windows) {
    return fmt::format("byte windows: channels are lanes, words of {} taps\n",
                       windows.steps);
  }

  ChannelLanes(SizeCode &sizes, const WindowProblem &problem,
               const ByteWindows &windows, const ChannelTile &tile)
      : sizes_(sizes), frame_(sizes.frame()), b(frame_.b), problem_(problem),
        windows_(windows), tile_(tile), lanes_(frame_, problem.width),
        results_(problem, lanes_), vector_(lanes_.vector_type(DType::i32)),
        outside_(byte(frame_.scratch, tile.outside_at)) {}

  void emit(Value *number, Value * /*is_first*/) {
    Value *width = lanes_.step();
    Interval channels =
        take_part(b, number, tile_.vectors, width, tile_.channels);
    rows_ = take_part(b, number, tile_.row_tiles, tile_.tile_rows, tile_.rows);
    outer_ = IndexValues();
    split_index(sizes_, problem_.sum.space, problem_.outer_loops(), number,
                outer_);
    channel_ = channels.begin;
    emit_if(
        frame_, b.CreateICmpEQ(channels.count, width),
        [&] { return emit_channels(), Values(); },
        [&] {
          lanes_.set_active(channels.count);
          emit_channels();
          lanes_.set_active(nullptr);
          return Values();
        });
  }

private:
  struct Tap {
    Value *from, *step; ///< Bytes at a position of columns; to the next one.
  };

  Value *index(int64_t value) { return frame_.index(value); }
  Value *times(Value *x, Value *y) { return b.CreateMul(x, y); }
  Value *byte(Value *area, Value *offset) {
    return element(b, b.getInt8Ty(), area, offset);
  }
  LaneIndex lane() { return {problem_.sum.channel, lanes_.index(channel_)}; }
  int64_t words() const { return windows_.words(*windows_.row_taps); }
  unsigned bits() const { return unsigned(32 / windows_.steps); }
  /// A vector of words, at a position of columns.
  Value *words_at(int64_t number, Value *position) {
    Value *place = b.CreateAdd(times(tile_.positions, index(number)), position);
    return element(b, vector_, frame_.scratch, place);
  }
  Value *emit_node(NodeId node, const IndexValues &at) {
    BodyEmitter body(lanes_);
    bind_window(body, problem_, at, lane());
    return lanes_.spread(emit_value(node, body));
  }
  void set_position(IndexValues &at, const WindowAxis &axis, Value *position) {
    if (axis.loop || axis.tap)
      at[problem_.position_variable(axis)] =
          times(position, index(problem_.position_scale(axis)));
  }

  void emit_channels() {
    read_weights();
    if (windows_.outside != no_node)
      fill_edges();
    BodyEmitter ahead = results_.emit_channels(lane().value);
    std::optional<Requantizations> quantised;
    if (frame_.may_repeat_points())
      quantised.emplace(ahead);
    emit_for(frame_, index(0), rows_.count, [&](Value *number) {
      Value *row = b.CreateAdd(rows_.begin, number);
      make_words(times(row, index(problem_.row.stride)));
      IndexValues at = outer_;
      if (problem_.row.loop)
        at[*problem_.row.loop] = row;
      if (!quantised || quantised->empty())
        return emit_exactly(ahead, at, index(0), tile_.columns);
      Value *together = index(columns_of_a_question);
      emit_for(frame_, index(0), tile_.columns, together, {},
               [&](Value *begin, llvm::ArrayRef<Value *>) {
                 Value *end =
                     smaller(b, b.CreateAdd(begin, together), tile_.columns);
                 emit_quickly(ahead, *quantised, at, begin, end);
                 return Values();
               });
    });
  }

  /// The results of some columns of the row in `at`.
  void emit_exactly(const BodyEmitter &ahead, IndexValues &at, Value *begin,
                    Value *end) {
    emit_for(frame_, begin, end, [&](Value *column) {
      at[*problem_.column.loop] = column;
      results_.emit(ahead, at, lane(), sum(column));
    });
  }

  void emit_quickly(const BodyEmitter &ahead, const Requantizations &quantised,
                    IndexValues &at, Value *begin, Value *end) {
    Values unsure = emit_for(
        frame_, begin, end, index(1), {quantised.unusable()},
        [&](Value *column, llvm::ArrayRef<Value *> before) {
          Value *now = before[0];
          at[*problem_.column.loop] = column;
          results_.emit(ahead, quantised, at, lane(), sum(column), now);
          return Values{now};
        });
    Value *differs = b.CreateIsNotNull(unsure[0]);
    emit_if(frame_, lanes_.any_of(LaneValue::varying(DType::boolean, differs)),
            [&] { emit_exactly(ahead, at, begin, end); });
  }

  /// The weights as words, by columns of taps, and what sums begin with: what
  /// makes up for the zero point of the data, and for flipping it.
  void read_weights() {
    weights_.clear();
    Value *total = llvm::Constant::getNullValue(vector_);
    Value *mask = lanes_.splat(b.getInt32((uint64_t(1) << bits()) - 1));
    for (int64_t column = 0; column < *windows_.column_taps; ++column)
      for (int64_t row = 0; row < *windows_.row_taps; ++row) {
        IndexValues at;
        for (auto [axis, tap] : {std::pair(&problem_.row, row),
                                 std::pair(&problem_.column, column)})
          if (axis->tap)
            at[problem_.sum.taps[*axis->tap]] = index(tap);
        Value *weight = emit_node(problem_.sum.weight.value, at);
        total = b.CreateAdd(total, weight);
        int64_t step = row % windows_.steps;
        Value *part = b.CreateShl(b.CreateAnd(weight, mask),
                                  uint64_t(step * int64_t(bits())));
        if (step == 0)
          weights_.push_back(part);
        else
          weights_.back() = b.CreateOr(weights_.back(), part);
      }
    Value *zero = lanes_.splat(b.getInt32(uint32_t(windows_.flip())));
    if (windows_.data.zero != no_node)
      zero = b.CreateAdd(zero, emit_node(windows_.data.zero, IndexValues()));
    begin_ = b.CreateNeg(times(zero, total));
  }

  /// A line of what is outside of the image, and all words of it.
  void fill_edges() {
    Value *value = emit_node(windows_.outside, IndexValues());
    Value *bytes = b.CreateBitCast(
        value, llvm::FixedVectorType::get(b.getInt8Ty(), problem_.width));
    b.CreateAlignedStore(bytes, outside_, llvm::Align(1));
    Value *word = joined(Values(size_t(windows_.steps), bytes));
    Value *count = times(tile_.positions, index(words()));
    emit_for(frame_, index(0), count, [&](Value *place) {
      b.CreateAlignedStore(word, words_at(0, place), llvm::Align(4));
    });
  }

  /// Words of bytes of neighbouring taps.
  Value *joined(const Values &taps) {
    Value *word = nullptr;
    for (size_t k = 0; k < taps.size(); ++k) {
      Value *part =
          b.CreateShl(b.CreateZExt(taps[k], vector_), uint64_t(k * bits()));
      word = word ? b.CreateOr(word, part) : part;
    }
    if (!windows_.flip())
      return word;
    uint32_t flips = 0;
    for (size_t k = 0; k < taps.size(); ++k)
      flips |= uint32_t(windows_.flip()) << (k * bits());
    return b.CreateXor(word, lanes_.splat(b.getInt32(flips)));
  }

  /// Where the guards hold at the indices `at`: i1, and the positions of
  /// columns, counted from the one in `at`.
  std::pair<Value *, Interval> inside(const IndexValues &at) {
    Value *holds = b.getTrue(), *low = index(0), *high = tile_.positions;
    if (windows_.load.guarded)
      for (const analysis::Affine &form : *windows_.load.conditions) {
        Value *value = sizes_.add_terms(sizes_.value(form.constant), form, at);
        int64_t moves = *problem_.step(form, problem_.column).constant();
        if (moves > 0)
          low = larger(b, low, b.CreateNeg(value));
        else if (moves < 0)
          high = smaller(b, high, b.CreateAdd(value, index(1)));
        else
          holds = b.CreateAnd(holds, b.CreateICmpSGE(value, index(0)));
      }
    return {holds, {low, b.CreateSub(high, low)}};
  }

  /// The words of the rows from this position on.
  void make_words(Value *row) {
    const analysis::Affine &offset = windows_.load.offset;
    Value *image =
        frame_.operands[frame_.kernel.nodes[windows_.load.node].index];
    Value *step = sizes_.value(problem_.step(offset, problem_.column));
    llvm::SmallVector<Tap> taps;
    Interval columns;
    for (int64_t tap = 0; tap < *windows_.row_taps; ++tap) {
      IndexValues at = outer_;
      at[problem_.sum.channel] = channel_;
      set_position(at, problem_.column, index(0));
      set_position(at, problem_.row,
                   b.CreateAdd(row, index(tap * problem_.row.dilation)));
      auto [holds, where] = inside(at);
      columns = where; // The same for all rows.
      Value *from = byte(
          image, sizes_.add_terms(sizes_.value(offset.constant), offset, at));
      taps.push_back({b.CreateSelect(holds, from, outside_),
                      b.CreateSelect(holds, step, index(0))});
    }
    emit_for(frame_, columns.begin, b.CreateAdd(columns.begin, columns.count),
             [&](Value *position) {
               for (int64_t word = 0; word < words(); ++word) {
                 Value *to = words_at(word, position);
                 b.CreateAlignedStore(joined(loaded(taps, word, position)), to,
                                      llvm::Align(4));
               }
             });
  }

  Values loaded(llvm::ArrayRef<Tap> taps, int64_t word, Value *position) {
    Values bytes;
    for (const Tap &tap : taps.drop_front(size_t(word * windows_.steps))
                              .take_front(size_t(windows_.steps)))
      bytes.push_back(lanes_.spread(lanes_.load(
          DType::u8, tap.from, lanes_.index(times(position, tap.step)))));
    return bytes;
  }

  Value *sum(Value *column) {
    Value *now = begin_;
    Value *first = times(column, index(problem_.column.stride));
    size_t number = 0;
    for (int64_t tap = 0; tap < *windows_.column_taps; ++tap)
      for (int64_t word = 0; word < words(); ++word) {
        Value *position =
            b.CreateAdd(first, index(tap * problem_.column.dilation));
        Value *data = b.CreateAlignedLoad(vector_, words_at(word, position),
                                          llvm::Align(4));
        now = multiply_add(data, weights_[number++], now);
      }
    return now;
  }

  Value *multiply_add(Value *data, Value *weights, Value *sum) {
    if (windows_.steps == 2)
      return multiply_add_shorts(b, data, weights, sum);
    WordForm form;
    form.points_signed = true;
    return multiply_add_words(frame_, form, data, weights, sum);
  }

  SizeCode &sizes_;
  KernelFrame &frame_;
  llvm::IRBuilderBase &b;
  const WindowProblem &problem_;
  const ByteWindows &windows_;
  const ChannelTile &tile_;
  Lanes lanes_;
  WindowResults results_;
  llvm::Type *vector_;
  Value *outside_; ///< A line of scratch memory.
  // Of the item.
  Interval rows_;
  IndexValues outer_;
  Value *channel_ = nullptr; ///< The first one.
  Values weights_;           ///< [columns of taps][words]
  Value *begin_ = nullptr;
};

} // namespace

std::unique_ptr<TaskGenerator>
byte_channels_generator(WindowProblem problem, ByteWindows windows,
                        std::unique_ptr<TaskGenerator> loops) {
  return std::make_unique<ByteWindowTasks<ChannelLanes>>(
      std::move(problem), std::move(windows), std::move(loops));
}

} // namespace landfall::kernels
