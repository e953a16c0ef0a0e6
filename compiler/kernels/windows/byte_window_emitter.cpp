//===- byte_window_emitter.cpp - The sums of windows of bytes -------------===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#include "compiler/kernels/windows/byte_window_emitter.h"

namespace landfall::kernels {

using llvm::Value;

ByteWindowEmitter::ByteWindowEmitter(SizeCode &sizes,
                                     const WindowProblem &problem,
                                     const ByteWindows &windows,
                                     const ByteWindowTile &tile)
    : sizes_(sizes), frame_(sizes.frame()), b(frame_.b), problem_(problem),
      windows_(windows), tile_(tile), lanes_(frame_, problem.width),
      scalar_(frame_, 1), results_(problem, lanes_),
      vector_(lanes_.vector_type(DType::i32)), words_(frame_.scratch),
      data_(byte(frame_.scratch, tile.data_at)),
      sums_(byte(frame_.scratch, tile.sums_at)) {}

Value *ByteWindowEmitter::byte(Value *area, Value *offset) {
  return element(b, b.getInt8Ty(), area, offset);
}

Value *ByteWindowEmitter::word(Value *area, Value *offset) {
  return element(b, b.getInt32Ty(), area, offset);
}

Value *ByteWindowEmitter::words_of(Value *channel) {
  return word(words_, times(channel, tile_.weights_pitch));
}

Value *ByteWindowEmitter::data_of(Value *channel) {
  return byte(data_, times(channel, tile_.data_pitch));
}

Value *ByteWindowEmitter::sums_of(Value *channel) {
  return word(sums_, times(channel, tile_.sums_pitch));
}

/// Items count groups of channels first, then columns, rows, outer loops.
ByteWindowEmitter::Item ByteWindowEmitter::item_of(Value *number) {
  Item item;
  item.channels =
      take_part(b, number, tile_.groups, tile_.group, tile_.channels);
  item.columns = take_part(b, number, tile_.column_tiles, tile_.tile_columns,
                           tile_.columns);
  item.rows =
      take_part(b, number, tile_.row_tiles, tile_.tile_rows, tile_.rows);
  split_index(sizes_, problem_.sum.space, problem_.outer_loops(), number,
              item.outer);
  return item;
}

void ByteWindowEmitter::emit(Value *number, Value *is_first) {
  Item item = item_of(number);
  write_words(item);
  if (windows_.outside != no_node) {
    // Those of the item before are the same, unless its tile was another.
    Value *others =
        b.CreateICmpEQ(b.CreateURem(number, tile_.groups), index(0));
    emit_if(frame_, b.CreateOr(is_first, others), [&] { fill_edges(); });
  }
  copy(item);
  emit_for(frame_, index(0), item.channels.count,
           [&](Value *channel) { emit_sums(item, channel); });
  emit_for(frame_, index(0), item.channels.count, [&](Value *channel) {
    IndexValues at = item.outer;
    at[problem_.sum.channel] = b.CreateAdd(item.channels.begin, channel);
    results_.emit_channel({at, item.rows.begin, item.rows.count,
                           item.columns.begin, item.columns.count},
                          sums_of(channel));
  });
}

} // namespace landfall::kernels
