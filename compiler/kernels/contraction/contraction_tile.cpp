//===- contraction_tile.cpp - The innermost product -----------------------===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#include "compiler/kernels/contraction/contraction_tile.h"
#include "compiler/kernels/frame/loop_builder.h"
#include "compiler/kernels/frame/shared_function.h"

#include <algorithm>

namespace landfall::kernels {

using llvm::Value;

unsigned steps_of_turn(unsigned sums) {
  constexpr unsigned many_sums = 12;
  return sums >= many_sums ? 2 : 1;
}

namespace {

llvm::Type *element_type(llvm::LLVMContext &context, DType type) {
  if (type == DType::f32)
    return llvm::Type::getFloatTy(context);
  if (type == DType::f64)
    return llvm::Type::getDoubleTy(context);
  return llvm::Type::getIntNTy(context, static_cast<unsigned>(info(type).bits));
}

/// Builds one block function.
class TileFunction {
public:
  TileFunction(const TileShape &shape, const TileBlock &block,
               llvm::Function *function, bool has_offsets, bool has_stride)
      : shape_(shape), m_(block.m), vectors_(block.vectors),
        has_offsets_(has_offsets), has_stride_(has_stride), function_(function),
        b_(llvm::BasicBlock::Create(function->getContext(), "entry", function)),
        scalar_(element_type(function->getContext(), shape.type)),
        vector_(llvm::FixedVectorType::get(scalar_, shape.width)) {}

  void build() {
    Value *count = function_->getArg(2), *sums = function_->getArg(3);
    Values now = row_groups();
    now.append(initial_sums(sums, function_->getArg(4)));
    Value *done = b_.getInt64(0);
    if (unsigned turn = steps_of_turn(m_ * vectors_); turn > 1) {
      Value *whole = b_.CreateMul(b_.CreateUDiv(count, b_.getInt64(turn)),
                                  b_.getInt64(turn));
      now = add_steps(done, whole, turn, now);
      done = whole;
    }
    now = add_steps(done, count, 1, now);
    size_t groups = group_count();
    for (size_t i = groups; i < now.size(); ++i)
      b_.CreateAlignedStore(now[i], sum_address(sums, i - groups),
                            vector_align());
    b_.CreateRetVoid();
  }

private:
  /// Rows whose addresses are one register and multiples of the stride.
  static constexpr unsigned rows_of_group = 3;
  unsigned group_count() const {
    return has_stride_ ? (m_ + rows_of_group - 1) / rows_of_group : 1;
  }

  Value *m_stride() { return function_->getArg(function_->arg_size() - 1); }

  /// The address of the first row of each group; of row 0 only, if the stride
  /// is known.
  Values row_groups() {
    Values groups;
    for (unsigned group = 0; group < group_count(); ++group)
      groups.push_back(
          group == 0
              ? function_->getArg(0)
              : b_.CreateGEP(scalar_, function_->getArg(0),
                             b_.CreateMul(m_stride(),
                                          b_.getInt64(rows_of_group * group))));
    return groups;
  }

  /// The address of a row's element, `k` steps behind where the groups are.
  Value *row_element(llvm::ArrayRef<Value *> groups, unsigned row, unsigned k) {
    Value *at = b_.CreateConstGEP1_64(
        scalar_, groups[has_stride_ ? row / rows_of_group : 0], k);
    if (!has_stride_)
      return b_.CreateConstGEP1_64(scalar_, at, row * shape_.m_side_stride());
    return b_.CreateGEP(
        scalar_, at,
        b_.CreateMul(m_stride(), b_.getInt64(row % rows_of_group)));
  }

  /// What is carried are the row groups, then the sums: those after steps
  /// [low, high) of K, so many in a turn of the loop.
  Values add_steps(Value *low, Value *high, unsigned turn,
                   const Values &start) {
    llvm::BasicBlock *before = b_.GetInsertBlock();
    llvm::BasicBlock *loop = block("step"), *done = block("done");
    b_.CreateCondBr(b_.CreateICmpSLT(low, high), loop, done);
    b_.SetInsertPoint(loop);
    llvm::PHINode *k = b_.CreatePHI(b_.getInt64Ty(), 2);
    k->addIncoming(low, before);
    Values current = phis(start, before), next = current;
    for (unsigned part = 0; part < turn; ++part)
      next = step(k, part, next);
    for (unsigned group = 0; group < group_count(); ++group)
      next[group] = b_.CreateConstGEP1_64(scalar_, next[group], turn);
    Value *k_next = b_.CreateNUWAdd(k, b_.getInt64(turn));
    k->addIncoming(k_next, loop);
    for (size_t i = 0; i < next.size(); ++i)
      llvm::cast<llvm::PHINode>(current[i])->addIncoming(next[i], loop);
    b_.CreateCondBr(b_.CreateICmpSLT(k_next, high), loop, done);
    b_.SetInsertPoint(done);
    Values last = phis(start, before);
    for (size_t i = 0; i < next.size(); ++i)
      llvm::cast<llvm::PHINode>(last[i])->addIncoming(next[i], loop);
    return last;
  }

  llvm::BasicBlock *block(const char *name) {
    return llvm::BasicBlock::Create(b_.getContext(), name, function_);
  }

  llvm::Align vector_align() const {
    return llvm::Align(shape_.width * scalar_->getScalarSizeInBits() / 8);
  }
  llvm::Align element_align() const {
    return llvm::Align(scalar_->getScalarSizeInBits() / 8);
  }

  Value *sum_address(Value *sums, size_t i) {
    size_t row = i / vectors_, vector = i % vectors_;
    return b_.CreateConstGEP1_64(scalar_, sums,
                                 row * shape_.n() + vector * shape_.width);
  }

  Values phis(const Values &init, llvm::BasicBlock *from) {
    Values result;
    for (Value *value : init) {
      llvm::PHINode *phi = b_.CreatePHI(value->getType(), 2);
      phi->addIncoming(value, from);
      result.push_back(phi);
    }
    return result;
  }

  /// The sums at `sums` if the block continues, else zeros.
  Values initial_sums(Value *sums, Value *continues) {
    llvm::BasicBlock *entry = b_.GetInsertBlock();
    llvm::BasicBlock *load = block("load"), *start = block("start");
    b_.CreateCondBr(continues, load, start);
    b_.SetInsertPoint(load);
    Values loaded;
    for (size_t i = 0; i < m_ * vectors_; ++i)
      loaded.push_back(
          b_.CreateAlignedLoad(vector_, sum_address(sums, i), vector_align()));
    b_.CreateBr(start);
    b_.SetInsertPoint(start);
    Values zeros(loaded.size(), llvm::Constant::getNullValue(vector_));
    Values result = phis(zeros, entry);
    for (size_t i = 0; i < loaded.size(); ++i)
      llvm::cast<llvm::PHINode>(result[i])->addIncoming(loaded[i], load);
    return result;
  }

  /// Of step k of the N side.
  Value *offset(Value *k) {
    if (!has_offsets_)
      return b_.CreateMul(k, b_.getInt64(shape_.n()));
    llvm::Type *index = b_.getInt64Ty();
    return b_.CreateLoad(index, b_.CreateGEP(index, function_->getArg(5), k));
  }

  /// Step number `part` of the turn that begins at step k.
  Values step(Value *k, unsigned part, llvm::ArrayRef<Value *> carried) {
    Value *n_side = b_.CreateGEP(scalar_, function_->getArg(1),
                                 offset(b_.CreateNUWAdd(k, b_.getInt64(part))));
    llvm::Align align = has_offsets_ ? element_align() : vector_align();
    llvm::ArrayRef<Value *> groups = carried.take_front(group_count());
    llvm::ArrayRef<Value *> sums = carried.drop_front(group_count());
    Values vectors, next(groups);
    for (unsigned v = 0; v < vectors_; ++v)
      vectors.push_back(b_.CreateAlignedLoad(
          vector_, b_.CreateConstGEP1_64(scalar_, n_side, v * shape_.width),
          align));
    for (unsigned row = 0; row < m_; ++row) {
      Value *spread = b_.CreateVectorSplat(
          shape_.width, b_.CreateLoad(scalar_, row_element(groups, row, part)));
      for (unsigned v = 0; v < vectors_; ++v)
        next.push_back(
            multiply_add(b_, spread, vectors[v], sums[row * vectors_ + v]));
    }
    return next;
  }

  const TileShape &shape_;
  unsigned m_, vectors_;
  bool has_offsets_, has_stride_;
  llvm::Function *function_;
  llvm::IRBuilder<> b_;
  llvm::Type *scalar_;
  llvm::FixedVectorType *vector_;
};

/// The module's function for this block, built on first use.
llvm::Function *tile_function(KernelFrame &frame, const TileShape &shape,
                              const TileBlock &block, bool has_offsets,
                              bool has_stride) {
  std::string symbol =
      "tile_" + std::string(name(shape.type)) + "_" + std::to_string(block.m) +
      "x" + std::to_string(block.vectors) + (has_offsets ? "_offsets" : "") +
      (has_stride ? "_in_place" : "");
  llvm::LLVMContext &context = frame.b.getContext();
  llvm::Type *pointer = llvm::PointerType::get(context, 0);
  llvm::Type *index = llvm::Type::getInt64Ty(context);
  llvm::SmallVector<llvm::Type *, 6> parameters = {
      pointer, pointer, index, pointer, llvm::Type::getInt1Ty(context)};
  if (has_offsets)
    parameters.push_back(pointer);
  if (has_stride)
    parameters.push_back(index);
  auto [function, fresh] = inner_function(frame, symbol, parameters);
  if (fresh)
    TileFunction(shape, block, function, has_offsets, has_stride).build();
  return function;
}

} // namespace

llvm::SmallVector<unsigned, 5> TileShape::heights(unsigned least,
                                                  int64_t most_m) const {
  llvm::SmallVector<unsigned, 5> result;
  for (unsigned height : {1u, 2u, 4u, 8u}) {
    if (height >= m || height < least)
      continue;
    result.push_back(height);
    if (height >= most_m)
      return result;
  }
  result.push_back(m);
  return result;
}

TileShape TileShape::choose(const Machine &machine, DType accumulator) {
  TileShape shape;
  shape.type = shape.panel_type = accumulator;
  shape.width = Lanes::natural_width(machine, accumulator);
  shape.vectors = 2;
  // Registers: the sums, the N side's vectors, one element of the M side and a
  // spare.
  shape.registers = static_cast<unsigned>(machine.vector.registers);
  shape.m = std::max(2u, (shape.registers - shape.vectors - 2) / shape.vectors);
  shape.m -= shape.m % (shape.m > 8 ? 4 : 2);
  // A run of the N side fills half the first-level cache; the M side
  // streams through the rest.
  int64_t step = shape.n() * size_of(accumulator);
  int64_t k = machine.caches.l1_bytes / 2 / step;
  shape.k = std::clamp<int64_t>(k / 64 * 64, 64, 512);
  return shape;
}

TileShape TileShape::choose(const Machine &machine, const WordForm &words) {
  TileShape shape = choose(machine, words.is_bf16 ? DType::f32 : DType::i32);
  shape.words = words;
  if (!words.is_bf16 &&
      machine.vector.byte_products == ByteProducts::by_shorts) {
    // Words of both sides are held as two registers, of which N's stay.
    unsigned rows = (shape.registers - 4 - 2 * shape.vectors) / shape.vectors;
    shape.m = std::max(1u, rows - rows % 4);
  }
  if (machine.matrix_tiles) {
    shape.matrix_tiles = true;
    shape.m = 2 * unsigned(tile_edge);
    // A run of the points of a block fills most of the first-level cache, as
    // rows do not stay there; runs have up to 2 * k steps.
    int64_t step = shape.n() * size_of(shape.type);
    shape.k =
        machine.caches.l1_bytes * 5 / 6 / step / 2 / tile_edge * tile_edge;
  }
  return shape;
}

TileShape TileShape::choose_converting(const Machine &machine, DType panel_type,
                                       int64_t panel_steps) {
  TileShape shape = choose(machine, DType::f32);
  shape.panel_type = panel_type;
  shape.panel_steps = panel_steps;
  // A step's vectors are in registers while the next one's are made of them.
  unsigned held = unsigned(panel_steps) * shape.vectors;
  unsigned rows = (shape.registers - held - 2) / shape.vectors;
  shape.m = std::min(shape.m, rows - rows % 4);
  return shape;
}

Value *multiply_add(llvm::IRBuilderBase &b, Value *a, Value *x, Value *sum) {
  if (sum->getType()->isFPOrFPVectorTy())
    return b.CreateIntrinsic(llvm::Intrinsic::fmuladd, {sum->getType()},
                             {a, x, sum});
  return b.CreateAdd(sum, b.CreateMul(a, x));
}

void call_tile(KernelFrame &frame, const TileShape &shape,
               const TileBlock &block, const TileArguments &arguments) {
  Values values = {arguments.m_side, arguments.n_side, arguments.k,
                   arguments.sums, arguments.continues};
  bool has_offsets = arguments.offsets != nullptr;
  if (has_offsets)
    values.push_back(arguments.offsets);
  bool has_stride = arguments.m_stride != nullptr;
  if (has_stride)
    values.push_back(arguments.m_stride);
  frame.b.CreateCall(
      tile_function(frame, shape, block, has_offsets, has_stride), values);
}

Value *rows_in_vain(llvm::IRBuilderBase &b, llvm::ArrayRef<unsigned> heights,
                    Value *rows) {
  Value *height = b.getInt64(heights.back());
  for (unsigned lower : llvm::reverse(heights.drop_back()))
    height = b.CreateSelect(b.CreateICmpSLE(rows, b.getInt64(lower)),
                            b.getInt64(lower), height);
  Value *none = b.CreateICmpEQ(rows, b.getInt64(0));
  return b.CreateSelect(none, rows, b.CreateSub(height, rows));
}

void for_height(KernelFrame &frame, llvm::ArrayRef<unsigned> heights, Value *m,
                const std::function<void(unsigned)> &body) {
  llvm::BasicBlock *after = frame.block("height_done");
  for (unsigned height : heights) {
    if (height == heights.back()) {
      body(height);
      break;
    }
    llvm::BasicBlock *fits = frame.block("fits"), *next = frame.block("next");
    frame.b.CreateCondBr(frame.b.CreateICmpSLE(m, frame.index(height)), fits,
                         next);
    frame.b.SetInsertPoint(fits);
    body(height);
    frame.b.CreateBr(after);
    frame.b.SetInsertPoint(next);
  }
  frame.b.CreateBr(after);
  frame.b.SetInsertPoint(after);
}

} // namespace landfall::kernels
