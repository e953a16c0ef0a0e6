//===- winograd_tile.cpp - Winograd's transforms --------------------------===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#include "compiler/kernels/contraction/winograd_tile.h"
#include "compiler/kernels/contraction/contraction_code.h"
#include "compiler/kernels/frame/loop_builder.h"
#include "compiler/kernels/frame/shared_function.h"
#include "compiler/kernels/lanes/lanes.h"
#include "compiler/kernels/lanes/transpose_block.h"

#include <array>

namespace landfall::kernels {

using llvm::Value;

namespace {

using Four = std::array<Value *, 4>;
using Three = std::array<Value *, 3>;
using Two = std::array<Value *, 2>;

/// What the bodies of the shared functions use.
class TransformCode {
public:
  TransformCode(KernelFrame &frame, const TileShape &shape)
      : frame_(frame), b_(frame.b), shape_(shape), lanes_(frame, shape.width),
        scalar_(lanes_.scalar_type(shape.type)),
        vector_(lanes_.vector_type(shape.type)) {}

  void emit_squares(const WinogradImage &image);
  void emit_windows(const WinogradWeights &weights);
  void emit_sums(const WinogradSums &sums);
  void emit_turning(Value *line, Value *columns, Value *turned);

private:
  Value *index(int64_t value) { return frame_.index(value); }
  Value *width() { return index(shape_.width); }
  Value *at(Value *pointer, Value *offset) {
    return element(b_, scalar_, pointer, offset);
  }
  llvm::Align align() const {
    return llvm::Align(uint64_t(size_of(shape_.type)));
  }
  Value *load(Value *pointer) {
    return b_.CreateAlignedLoad(vector_, pointer, align());
  }
  void store(Value *value, Value *pointer) {
    b_.CreateAlignedStore(value, pointer, align());
  }
  Value *add(Value *x, Value *y) { return b_.CreateFAdd(x, y); }
  Value *sub(Value *x, Value *y) { return b_.CreateFSub(x, y); }

  /// Elements first, first + 2, ... of memory.
  Two even_and_odd(Value *pointer);
  Four columns_of_line(Value *line);
  void emit_square(const WinogradImage &image, Value *lines, Value *values);
  Four of_square(const Four &d) {
    return {sub(d[0], d[2]), add(d[1], d[2]), sub(d[2], d[1]), sub(d[1], d[3])};
  }
  Four of_window(const Three &g) {
    Value *half = llvm::ConstantFP::get(vector_, 0.5);
    Value *ends = add(g[0], g[2]);
    return {g[0], b_.CreateFMul(add(ends, g[1]), half),
            b_.CreateFMul(sub(ends, g[1]), half), g[2]};
  }
  Two of_sums(const Four &m) {
    return {add(add(m[0], m[1]), m[2]), sub(sub(m[1], m[2]), m[3])};
  }
  Value *emit_results(const WinogradSums &sums, Value *from, Value *to,
                      Value *check);

  KernelFrame &frame_;
  llvm::IRBuilderBase &b_;
  const TileShape &shape_;
  Lanes lanes_;
  llvm::Type *scalar_, *vector_;
};

//===--- Squares ----------------------------------------------------------===//

Two TransformCode::even_and_odd(Value *pointer) {
  Value *low = load(pointer), *high = load(at(pointer, width()));
  llvm::SmallVector<int, 32> even, odd;
  for (unsigned lane = 0; lane < shape_.width; ++lane) {
    even.push_back(int(2 * lane));
    odd.push_back(int(2 * lane + 1));
  }
  return {b_.CreateShuffleVector(low, high, even),
          b_.CreateShuffleVector(low, high, odd)};
}

/// The four columns of each square of a line, transformed.
Four TransformCode::columns_of_line(Value *line) {
  Two first = even_and_odd(line), next = even_and_odd(at(line, index(2)));
  return of_square({first[0], first[1], next[0], next[1]});
}

void TransformCode::emit_square(const WinogradImage &image, Value *lines,
                                Value *values) {
  std::array<Four, 4> of_line;
  for (int64_t line = 0; line < 4; ++line)
    of_line[size_t(line)] = columns_of_line(
        at(lines, b_.CreateMul(image.line_stride, index(line))));
  for (int64_t column = 0; column < 4; ++column) {
    size_t c = size_t(column);
    Four places =
        of_square({of_line[0][c], of_line[1][c], of_line[2][c], of_line[3][c]});
    for (int64_t row = 0; row < 4; ++row) {
      Value *place = b_.CreateMul(image.place_stride, index(4 * row + column));
      store(places[size_t(row)], at(values, place));
    }
  }
}

void TransformCode::emit_squares(const WinogradImage &image) {
  emit_for(frame_, index(0), image.channels, index(1),
           {image.lines, image.values},
           [&](Value *, llvm::ArrayRef<Value *> channel) {
             emit_for(frame_, index(0), image.squares, width(), {},
                      [&](Value *square, llvm::ArrayRef<Value *>) {
                        Value *column = b_.CreateMul(square, index(2));
                        emit_square(image, at(channel[0], column),
                                    at(channel[1], square));
                        return Values();
                      });
             return Values{at(channel[0], image.channel_stride),
                           at(channel[1], image.values_stride)};
           });
}

//===--- Windows ----------------------------------------------------------===//

void TransformCode::emit_windows(const WinogradWeights &weights) {
  auto tap = [&](Value *first, int64_t row, int64_t column) {
    Value *step = index(winograd_edge * row + column);
    return load(at(first, b_.CreateMul(weights.step_stride, step)));
  };
  emit_for(frame_, index(0), weights.channels, index(1),
           {weights.weights, weights.values},
           [&](Value *, llvm::ArrayRef<Value *> now) {
             std::array<Four, 3> columns;
             for (int64_t column = 0; column < winograd_edge; ++column)
               columns[size_t(column)] =
                   of_window({tap(now[0], 0, column), tap(now[0], 1, column),
                              tap(now[0], 2, column)});
             for (int64_t row = 0; row < 4; ++row) {
               size_t r = size_t(row);
               Four places =
                   of_window({columns[0][r], columns[1][r], columns[2][r]});
               for (int64_t column = 0; column < 4; ++column) {
                 Value *place = b_.CreateMul(weights.place_stride,
                                             index(4 * row + column));
                 store(places[size_t(column)], at(now[1], place));
               }
             }
             Value *taps =
                 b_.CreateMul(weights.step_stride, index(winograd_taps));
             return Values{at(now[0], taps), at(now[1], index(shape_.n()))};
           });
}

//===--- Sums -------------------------------------------------------------===//

/// Returns `check`, plus zero if the results are finite and below 2^32 or so.
Value *TransformCode::emit_results(const WinogradSums &sums, Value *from,
                                   Value *to, Value *check) {
  auto sum = [&](int64_t row, int64_t column) {
    Value *place = b_.CreateMul(sums.place_stride, index(4 * row + column));
    return load(at(from, place));
  };
  std::array<Two, 4> columns;
  for (int64_t column = 0; column < 4; ++column)
    columns[size_t(column)] = of_sums(
        {sum(0, column), sum(1, column), sum(2, column), sum(3, column)});
  Value *all = nullptr;
  for (int64_t line = 0; line < winograd_results; ++line) {
    size_t l = size_t(line);
    Two results =
        of_sums({columns[0][l], columns[1][l], columns[2][l], columns[3][l]});
    Value *first = at(to, b_.CreateMul(sums.line_stride, index(line)));
    store(results[0], first);
    store(results[1], at(first, index(shape_.n())));
    Value *both = add(results[0], results[1]);
    all = all ? add(all, both) : both;
  }
  // What is as large becomes infinite, and times zero a NaN: beside it, what is
  // small has lost its digits.
  Value *scaled = b_.CreateFMul(all, llvm::ConstantFP::get(vector_, 0x1p96));
  return multiply_add(b_, scaled, llvm::Constant::getNullValue(vector_), check);
}

void TransformCode::emit_sums(const WinogradSums &sums) {
  Values init(shape_.vectors, llvm::Constant::getNullValue(vector_));
  init.insert(init.begin(), {sums.sums, sums.results});
  auto lane = [&](unsigned v) { return index(int64_t(v) * shape_.width); };
  Values last = emit_for(
      frame_, index(0), sums.squares, index(1), init,
      [&](Value *, llvm::ArrayRef<Value *> now) {
        Values next = {
            at(now[0], index(shape_.n())),
            at(now[1], index(winograd_results * int64_t(shape_.n())))};
        for (unsigned v = 0; v < shape_.vectors; ++v)
          next.push_back(emit_results(sums, at(now[0], lane(v)),
                                      at(now[1], lane(v)), now[2 + v]));
        return next;
      });
  for (unsigned v = 0; v < shape_.vectors; ++v)
    store(last[2 + v], at(sums.check, lane(v)));
}

void TransformCode::emit_turning(Value *line, Value *columns, Value *turned) {
  int64_t n = shape_.n(), stride = winograd_turned_stride(shape_);
  emit_for(frame_, index(0), columns, width(), {},
           [&](Value *column, llvm::ArrayRef<Value *>) {
             Value *from = at(line, b_.CreateMul(column, index(n)));
             Value *to = at(turned, column);
             for (int64_t point = 0; point < n; point += shape_.width) {
               llvm::SmallVector<Value *, 16> square;
               for (unsigned k = 0; k < shape_.width; ++k)
                 square.push_back(load(at(from, index(k * n + point))));
               transpose_block_in_place(b_, square);
               for (unsigned k = 0; k < shape_.width; ++k)
                 store(square[k], at(to, index((point + k) * stride)));
             }
             return Values();
           });
}

std::string symbol(const char *name, const TileShape &shape) {
  return std::string(name) + "_" + std::string(landfall::name(shape.type));
}

} // namespace

void transform_squares(KernelFrame &frame, const TileShape &shape,
                       const WinogradImage &image) {
  call_shared(
      frame, symbol("winograd_squares", shape),
      {image.lines, image.line_stride, image.channel_stride, image.channels,
       image.squares, image.values, image.values_stride, image.place_stride},
      [&](llvm::ArrayRef<Value *> v) {
        TransformCode(frame, shape)
            .emit_squares({v[0], v[1], v[2], v[3], v[4], v[5], v[6], v[7]});
      });
}

void transform_windows(KernelFrame &frame, const TileShape &shape,
                       const WinogradWeights &weights) {
  call_shared(frame, symbol("winograd_windows", shape),
              {weights.weights, weights.step_stride, weights.channels,
               weights.values, weights.place_stride},
              [&](llvm::ArrayRef<Value *> v) {
                TransformCode(frame, shape)
                    .emit_windows({v[0], v[1], v[2], v[3], v[4]});
              });
}

void transform_sums(KernelFrame &frame, const TileShape &shape,
                    const WinogradSums &sums) {
  call_shared(frame, symbol("winograd_sums", shape),
              {sums.sums, sums.place_stride, sums.squares, sums.results,
               sums.line_stride, sums.check},
              [&](llvm::ArrayRef<Value *> v) {
                TransformCode(frame, shape)
                    .emit_sums({v[0], v[1], v[2], v[3], v[4], v[5]});
              });
}

void turn_results(KernelFrame &frame, const TileShape &shape, Value *line,
                  Value *columns, Value *turned) {
  call_shared(frame, symbol("winograd_turning", shape), {line, columns, turned},
              [&](llvm::ArrayRef<Value *> v) {
                TransformCode(frame, shape).emit_turning(v[0], v[1], v[2]);
              });
}

} // namespace landfall::kernels
