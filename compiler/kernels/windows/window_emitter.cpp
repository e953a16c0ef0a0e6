//===- window_emitter.cpp - The sums of one tile of windows ---------------===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#include "compiler/kernels/windows/window_emitter.h"

#include "compiler/kernels/contraction/contraction_tile.h"
#include "compiler/kernels/frame/shared_function.h"
#include "compiler/kernels/lanes/transpose_block.h"

namespace landfall::kernels {

using analysis::WindowAxis;
using llvm::Value;

WindowEmitter::WindowEmitter(SizeCode &sizes, const WindowProblem &problem,
                             const WindowTile &tile)
    : sizes_(sizes), frame_(sizes.frame()), b(frame_.b), problem_(problem),
      tile_(tile), lanes_(frame_, problem.width), join_(lanes_, problem.sum),
      results_(problem, lanes_), vector_(lanes_.vector_type(problem.sum.type)) {
  auto area = [&](Value *at) {
    return b.CreateGEP(b.getInt8Ty(), frame_.scratch, at);
  };
  weights_ = frame_.scratch;
  data_ = area(tile.data_at);
  sums_ = area(tile.sums_at);
  turned_ = area(tile.turned_at);
  for (const analysis::WindowLoad &load : problem.sum.data.loads) {
    const Node &node = frame_.kernel.nodes[load.node];
    if (load.guarded)
      guards_.insert(node.args[frame_.kernel.operands[node.index].dims.size()]);
  }
}

void WindowEmitter::emit(Value *number, Value *is_first) {
  Item item = item_of(number);
  if (problem_.sum.has_weights()) {
    // Those of the item before are the same if its channels are.
    Value *items_of_group = b.CreateUDiv(tile_.items, tile_.groups);
    Value *rest = b.CreateURem(number, items_of_group);
    Value *others = b.CreateICmpEQ(rest, index(0));
    emit_if(frame_, b.CreateOr(is_first, others), [&] { pack_weights(item); });
  }
  pack_data(item);
  auto chunks = [&](Value *extent, Value *most, auto &&body) {
    emit_for(frame_, index(0), extent, most, {},
             [&](Value *begin, llvm::ArrayRef<Value *>) {
               body(begin, smaller(b, most, b.CreateSub(extent, begin)));
               return Values();
             });
  };
  chunks(item.rows, tile_.chunk_rows, [&](Value *row, Value *rows) {
    chunks(item.columns, tile_.chunk_columns,
           [&](Value *column, Value *columns) {
             Item chunk = item;
             chunk.row = b.CreateAdd(item.row, row);
             chunk.rows = rows;
             chunk.column = b.CreateAdd(item.column, column);
             chunk.columns = columns;
             emit_sums(chunk, row, column);
             emit_results(chunk);
           });
  });
}

/// Items count along the columns first, then rows, outer loops, groups of
/// channels.
WindowEmitter::Item WindowEmitter::item_of(Value *number) {
  auto next = [&](Value *count, Value *most, Value *extent) {
    Value *quotient = b.CreateUDiv(number, count);
    Value *begin = times(b.CreateSub(number, times(quotient, count)), most);
    number = quotient;
    return Interval{begin, smaller(b, most, b.CreateSub(extent, begin))};
  };
  Interval columns =
      next(tile_.column_tiles, tile_.tile_columns, tile_.columns);
  Interval rows = next(tile_.row_tiles, tile_.tile_rows, tile_.rows);
  Value *points = sizes_.extent(problem_.sum.space, problem_.outer_loops());
  Value *point = next(points, index(1), points).begin;
  Interval channels = next(tile_.groups, lanes_.step(), tile_.channels);
  Item item{IndexValues(), channels.begin, channels.count, rows.begin,
            rows.count,    columns.begin,  columns.count};
  split_index(sizes_, problem_.sum.space, problem_.outer_loops(), point,
              item.outer);
  return item;
}

Value *WindowEmitter::point(Value *area, Value *number) {
  return b.CreateGEP(vector_, area, number);
}

/// The least position that is read for result index `index`.
Value *WindowEmitter::first_position(const WindowAxis &axis, Value *index,
                                     Value *taps) {
  Value *first = times(index, this->index(axis.stride));
  if (axis.dilation > 0)
    return first;
  Value *last_tap = b.CreateSub(taps, this->index(1));
  return b.CreateAdd(first, times(last_tap, this->index(axis.dilation)));
}

void WindowEmitter::set_position(IndexValues &at, const WindowAxis &axis,
                                 Value *position) {
  if (axis.loop || axis.tap)
    at[problem_.position_variable(axis)] =
        times(position, index(problem_.position_scale(axis)));
}

/// The name of a function that all kernels with such vectors share.
std::string WindowEmitter::symbol(const std::string &name) const {
  return name + "_" + std::string(landfall::name(problem_.sum.type)) + "_" +
         std::to_string(problem_.width);
}

/// Stores as many vectors as one has elements, transposed, `stride` vectors
/// apart.
void WindowEmitter::store_turned(Values rows, Value *to, Value *stride) {
  transpose_block_in_place(b, rows);
  for (unsigned k = 0; k < rows.size(); ++k)
    b.CreateStore(rows[k], point(to, times(index(k), stride)));
}

/// The same for consecutive vectors in memory.
void WindowEmitter::turn_square(Value *from, Value *to, Value *stride) {
  call_shared(frame_, symbol("turn_square"), {from, to, stride},
              [&](llvm::ArrayRef<Value *> arguments) {
                Values rows;
                for (unsigned k = 0; k < problem_.width; ++k)
                  rows.push_back(
                      b.CreateLoad(vector_, point(arguments[0], index(k))));
                store_turned(rows, arguments[1], arguments[2]);
              });
}

//===--- Sums -------------------------------------------------------------===//

/// `row_of_tile`, `column_of_tile`: where the item begins within its tile.
void WindowEmitter::emit_sums(const Item &item, Value *row_of_tile,
                              Value *column_of_tile) {
  const WindowAxis &row = problem_.row, &column = problem_.column;
  // The data of index 0 and tap 0, which is not first if taps go backwards.
  auto origin = [&](const WindowAxis &axis, Value *taps) {
    return b.CreateNeg(first_position(axis, index(0), taps));
  };
  Value *first =
      b.CreateAdd(times(origin(row, tile_.row_taps), tile_.data_columns),
                  origin(column, tile_.column_taps));
  Value *row_step = times(tile_.data_columns, index(row.stride));
  first = b.CreateAdd(first, times(row_of_tile, row_step));
  first = b.CreateAdd(first, times(column_of_tile, index(column.stride)));
  emit_for(frame_, index(0), item.rows, [&](Value *r) {
    Value *data = point(data_, b.CreateAdd(first, times(r, row_step)));
    Value *sums = point(sums_, times(r, item.columns));
    emit_while(frame_, {index(0)}, [&](llvm::ArrayRef<Value *> now) -> Values {
      Value *at = point(data, times(now[0], index(column.stride)));
      auto block = [&](unsigned count) {
        Values found = emit_block(at, count);
        for (unsigned k = 0; k < count; ++k)
          b.CreateStore(join_.value(found[k]),
                        point(sums, b.CreateAdd(now[0], index(k))));
        return Values{b.CreateAdd(now[0], index(count))};
      };
      Value *left = b.CreateSub(item.columns, now[0]);
      Value *next = emit_if(
          frame_, b.CreateICmpSGT(left, index(problem_.small_block)),
          [&] { return block(problem_.block); },
          [&] { return block(problem_.small_block); })[0];
      return {b.CreateICmpSLT(next, item.columns), next};
    });
  });
}

/// The sums of `columns` neighbouring results of a row. `data` is the address
/// of what the first of them reads at tap 0.
Values WindowEmitter::emit_block(Value *data, unsigned columns) {
  int64_t stride = problem_.column.stride;
  // Carried: the weights' address, that of the data, the sums.
  Values state = {weights_, data};
  state.append(columns, join_.init());
  auto taps = [&](Value *count, Value *step, Values from, auto &&body) {
    Values carried(from.begin(), from.end());
    Values end = emit_for(frame_, index(0), count, index(1), carried,
                          [&](Value *, llvm::ArrayRef<Value *> now) {
                            Values next = body(Values(now.begin(), now.end()));
                            next[1] = point(now[1], step);
                            return next;
                          });
    return end;
  };
  auto innermost = [&](Values now) {
    Value *weight = nullptr;
    if (problem_.sum.has_weights()) {
      weight = b.CreateLoad(vector_, now[0]);
      now[0] = point(now[0], index(1));
    }
    for (unsigned k = 0; k < columns; ++k) {
      Value *x = b.CreateLoad(vector_, point(now[1], index(stride * k)));
      now[2 + k] = weight ? multiply_add(b, weight, x, now[2 + k])
                          : join_.join(now[2 + k], x);
    }
    return now;
  };
  auto along_row = [&](const Values &now) {
    return taps(tile_.column_taps, index(problem_.column.dilation), now,
                innermost);
  };
  auto along_rows = [&](const Values &now) {
    if (!problem_.row.tap)
      return along_row(now);
    return taps(tile_.row_taps,
                times(tile_.data_columns, index(problem_.row.dilation)), now,
                along_row);
  };
  if (problem_.outer_taps().empty())
    state = along_rows(state);
  else
    state = taps(tile_.outer_taps, times(tile_.data_rows, tile_.data_columns),
                 state, along_rows);
  return Values(state.begin() + 2, state.end());
}

//===--- Results ----------------------------------------------------------===//

void WindowEmitter::emit_results(const Item &item) {
  if (!problem_.channels_last) {
    if (problem_.turned != problem_.sum.fold)
      finish_sums(item);
    turn_sums(item);
    return emit_by_channel(item);
  }
  lanes_.set_active(item.channels);
  for_points(item, [&](const IndexValues &at, Value *sum) {
    results_.emit(at, {problem_.sum.channel, lanes_.index(item.channel)},
                  b.CreateLoad(vector_, sum));
  });
  lanes_.set_active(nullptr);
}

/// What is turned of sums, in their place.
void WindowEmitter::finish_sums(const Item &item) {
  for_points(item, [&](const IndexValues &at, Value *sum) {
    LaneIndex channels{problem_.sum.channel, lanes_.index(item.channel)};
    b.CreateStore(results_.finish(at, channels, b.CreateLoad(vector_, sum)),
                  sum);
  });
}

/// All points of the result, with the addresses of their sums.
void WindowEmitter::for_points(
    const Item &item,
    const std::function<void(const IndexValues &at, Value *sum)> &body) {
  emit_for(frame_, index(0), item.rows, [&](Value *row) {
    emit_for(frame_, index(0), item.columns, [&](Value *column) {
      IndexValues at = item.outer;
      if (problem_.row.loop)
        at[*problem_.row.loop] = b.CreateAdd(item.row, row);
      at[*problem_.column.loop] = b.CreateAdd(item.column, column);
      Value *number = b.CreateAdd(times(row, item.columns), column);
      body(at, point(sums_, number));
    });
  });
}

/// [row][column][channel] to [channel][row][column].
void WindowEmitter::turn_sums(const Item &item) {
  Value *count = times(item.rows, item.columns);
  Value *stride = b.CreateUDiv(tile_.pitch, lanes_.step());
  emit_for(frame_, index(0), count, lanes_.step(), {},
           [&](Value *first, llvm::ArrayRef<Value *>) {
             turn_square(point(sums_, first),
                         point(turned_, b.CreateUDiv(first, lanes_.step())),
                         stride);
             return Values();
           });
}

void WindowEmitter::emit_by_channel(const Item &item) {
  llvm::Type *type = lanes_.scalar_type(problem_.sum.type);
  emit_for(frame_, index(0), item.channels, [&](Value *channel) {
    IndexValues at = item.outer;
    at[problem_.sum.channel] = b.CreateAdd(item.channel, channel);
    results_.emit_channel(
        {at, item.row, item.rows, item.column, item.columns},
        element(b, type, turned_, times(channel, tile_.pitch)));
  });
}

} // namespace landfall::kernels
