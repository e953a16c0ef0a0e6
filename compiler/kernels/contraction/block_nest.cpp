//===- block_nest.cpp - Products with weights scaled by blocks ------------===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#include "compiler/kernels/contraction/block_nest.h"
#include "compiler/kernels/frame/loop_builder.h"

#include <algorithm>

namespace landfall::kernels {

using llvm::Value;

namespace {

/// Tasks are not made smaller than about this many multiply-adds.
constexpr int64_t work_of_a_task = int64_t(1) << 20;
/// A launch has at most about so many tasks.
constexpr int64_t useful_tasks = 32;
/// At most so many steps of K are unrolled.
constexpr int64_t most_unrolled = 8;
/// Rows that packing may write beyond the last.
constexpr int64_t rows_beyond = 16;

llvm::SmallVector<unsigned, 4> heights(const BlockProblem &problem) {
  llvm::SmallVector<unsigned, 4> result;
  for (unsigned height : {1u, 4u})
    if (height < problem.most_rows())
      result.push_back(height);
  result.push_back(unsigned(problem.most_rows()));
  return result;
}

} // namespace

//===--- BlockProblem -----------------------------------------------------===//

const analysis::FactorLoad &BlockProblem::load() const {
  return *std::find_if(
      weights.element.loads.begin(), weights.element.loads.end(),
      [](const analysis::FactorLoad &load) { return load.panels.has_value(); });
}

size_t BlockProblem::unrolled() const {
  const analysis::ContractionRoles &roles = base.roles;
  int64_t steps = 1;
  size_t count = 0;
  for (size_t k = roles.k_loops.size(); k-- > weights.outer; ++count) {
    const Extent &extent = roles.space.extents[roles.k_loops[k]];
    if (!extent.constant || extent.value * steps > most_unrolled)
      break;
    steps *= extent.value;
  }
  return count;
}

int64_t BlockProblem::most_rows() const {
  return base.shape.registers >= 32 ? 8 : 4;
}

//===--- BlockCut ---------------------------------------------------------===//

BlockCut::BlockCut(SizeCode &sizes, const BlockProblem &problem) {
  llvm::IRBuilderBase &b = sizes.b();
  auto index = [&](int64_t value) { return sizes.frame().index(value); };
  const analysis::ContractionRoles &roles = problem.base.roles;
  const TileShape &shape = problem.base.shape;
  auto middle = roles.k_loops.begin() + int64_t(problem.weights.outer);
  batch = sizes.extent(roles.space, roles.batch_loops);
  rows = sizes.extent(roles.space, roles.m_loops);
  points = sizes.extent(roles.space, roles.n_loops);
  blocks = sizes.extent(roles.space, {roles.k_loops.begin(), middle});
  in_block = sizes.extent(roles.space, {middle, roles.k_loops.end()});
  k = b.CreateMul(blocks, in_block);
  row_tasks =
      larger(b, ceil_div(b, rows, index(problem.most_rows())), index(1));
  Value *work = b.CreateMul(
      b.CreateMul(smaller(b, rows, index(problem.most_rows())), k), points);
  Value *wanted = smaller(b, wanted_tasks(sizes.frame(), useful_tasks),
                          b.CreateUDiv(work, index(work_of_a_task)));
  int64_t unit = std::max<int64_t>(problem.width(), shape.n());
  Value *parts = larger(b, b.CreateUDiv(wanted, row_tasks), index(1));
  task_points = larger(b, round_up(b, ceil_div(b, points, parts), index(unit)),
                       index(unit));
  point_tasks = larger(b, ceil_div(b, points, task_points), index(1));
  auto area = [&](Value *elements) {
    return round_up(b, b.CreateMul(elements, index(size_of(shape.type))),
                    index(64));
  };
  row_stride =
      b.CreateAdd(round_up(b, k, index(shape.width)), index(shape.width));
  row_sums_at =
      area(b.CreateMul(row_stride, index(problem.most_rows() + rows_beyond)));
  sums_at = b.CreateAdd(row_sums_at,
                        area(b.CreateMul(blocks, index(problem.most_rows()))));
  scratch_bytes =
      b.CreateAdd(sums_at, area(index((problem.most_rows() + 1) * shape.n())));
}

Value *BlockCut::tasks(SizeCode &sizes) const {
  return sizes.b().CreateMul(batch,
                             sizes.b().CreateMul(row_tasks, point_tasks));
}

//===--- BlockNest --------------------------------------------------------===//

BlockNest::BlockNest(SizeCode &sizes, const BlockProblem &problem,
                     const BlockCut &cut)
    : sizes_(sizes), problem_(problem), cut_(cut),
      lanes_(sizes.frame(), problem.base.shape.width),
      rows_packer_(sizes, lanes_, problem.base.m_side, problem.base.type),
      epilogue_(sizes, lanes_, problem.base.roles) {}

Value *BlockNest::at(Value *area, Value *number) {
  Value *begin = element(b(), b().getInt8Ty(), frame().scratch, area);
  return element(b(), lanes_.scalar_type(shape().type), begin, number);
}

void BlockNest::split(Value *number) {
  const analysis::ContractionRoles &roles = problem_.base.roles;
  // Tasks that follow each other share the weights.
  rows_ = take_part(b(), number, cut_.row_tasks, index(problem_.most_rows()),
                    cut_.rows);
  points_ =
      take_part(b(), number, cut_.point_tasks, cut_.task_points, cut_.points);
  split_index(sizes_, roles.space, roles.batch_loops, number, batch_);
}

void BlockNest::emit(Value *number) {
  split(number);
  rows_packer_.begin(batch_);
  emit_if(frame(), b().CreateICmpSGT(cut_.k, index(0)), [&] {
    rows_packer_.pack(
        {rows_, {index(0), cut_.k}, frame().scratch, cut_.row_stride});
    if (problem_.weights.zero)
      sum_rows();
  });
  unsigned wide = shape().vectors;
  for_height(frame(), heights(problem_), rows_.count, [&](unsigned rows) {
    Value *step = index(shape().n());
    emit_for(frame(), index(0), points_.count, step, {},
             [&](Value *first, llvm::ArrayRef<Value *>) {
               Value *left = b().CreateSub(points_.count, first);
               Value *is_wide =
                   b().CreateICmpSGT(left, index(shape().n() - shape().width));
               emit_if(
                   frame(), is_wide,
                   [&] {
                     emit_points(first, wide, rows);
                     return Values();
                   },
                   [&] {
                     emit_points(first, 1, rows);
                     return Values();
                   });
               return Values();
             });
  });
}

/// The sums of each row over the steps of a block: [row][block].
void BlockNest::sum_rows() {
  llvm::Type *type = lanes_.scalar_type(shape().type);
  llvm::Type *vector = lanes_.vector_type(shape().type);
  llvm::Align align(uint64_t(size_of(shape().type)));
  Value *width = index(shape().width);
  Value *whole =
      b().CreateSub(cut_.in_block, b().CreateURem(cut_.in_block, width));
  emit_for(frame(), index(0), rows_.count, [&](Value *row) {
    emit_for(frame(), index(0), cut_.blocks, [&](Value *block) {
      Value *start = b().CreateAdd(b().CreateMul(row, cut_.row_stride),
                                   b().CreateMul(block, cut_.in_block));
      auto address = [&](Value *step) {
        return at(index(0), b().CreateAdd(start, step));
      };
      Values vectors = emit_for(
          frame(), index(0), whole, width,
          {llvm::Constant::getNullValue(vector)},
          [&](Value *step, llvm::ArrayRef<Value *> now) {
            return Values{b().CreateFAdd(
                now[0], b().CreateAlignedLoad(vector, address(step), align))};
          });
      Values total =
          emit_for(frame(), whole, cut_.in_block, index(1),
                   {lanes_.reduce(ScalarOp::add, shape().type, vectors[0])},
                   [&](Value *step, llvm::ArrayRef<Value *> now) {
                     return Values{b().CreateFAdd(
                         now[0], b().CreateLoad(type, address(step)))};
                   });
      b().CreateStore(
          total[0], at(cut_.row_sums_at,
                       b().CreateAdd(b().CreateMul(row, cut_.blocks), block)));
    });
  });
}

/// Computes some vectors of points, from `first` on, counted from the task's.
void BlockNest::emit_points(Value *first, unsigned vectors, unsigned rows) {
  const analysis::FactorLoad &load = problem_.load();
  Value *base =
      sizes_.add_terms(sizes_.value(load.offset.constant), load.offset, batch_);
  Value *width = index(problem_.width());
  Value *stride = sizes_.value(load.panels->stride);
  llvm::SmallVector<Lane, 4> lanes;
  for (unsigned v = 0; v < vectors; ++v) {
    Value *point = b().CreateAdd(b().CreateAdd(points_.begin, first),
                                 index(int64_t(v) * shape().width));
    Value *place =
        b().CreateAdd(b().CreateMul(b().CreateUDiv(point, width), stride),
                      b().CreateURem(point, width));
    lanes.push_back({point, b().CreateAdd(base, place)});
  }
  llvm::Type *vector = lanes_.vector_type(shape().type);
  for (unsigned k = 0; k < rows * vectors; ++k)
    b().CreateAlignedStore(llvm::Constant::getNullValue(vector),
                           at(cut_.sums_at, index(int64_t(k) * shape().width)),
                           llvm::Align(uint64_t(size_of(shape().type))));
  emit_blocks(lanes, rows);
  Value *count = smaller(b(), index(int64_t(vectors) * shape().width),
                         b().CreateSub(points_.count, first));
  epilogue_.emit({at(cut_.sums_at, index(0)),
                  index(int64_t(vectors) * shape().width),
                  rows_,
                  {b().CreateAdd(points_.begin, first), count}},
                 batch_);
}

void BlockNest::emit_blocks(llvm::ArrayRef<Lane> lanes, unsigned rows) {
  const analysis::ContractionRoles &roles = problem_.base.roles;
  const analysis::ScaledFactor &weights = problem_.weights;
  llvm::Type *vector = lanes_.vector_type(shape().type);
  llvm::Align align(uint64_t(size_of(shape().type)));
  std::vector<uint32_t> outer(roles.k_loops.begin(),
                              roles.k_loops.begin() + int64_t(weights.outer));
  emit_for(frame(), index(0), cut_.blocks, [&](Value *block) {
    IndexValues indices = batch_;
    split_index(sizes_, roles.space, outer, block, indices);
    Lines carried = {b().CreateMul(block, cut_.in_block)};
    carried.append(rows * lanes.size(), llvm::Constant::getNullValue(vector));
    Lines products = emit_steps(weights.outer, lanes, rows, indices, carried);
    for (size_t v = 0; v < lanes.size(); ++v) {
      Value *scale =
          weights.scale ? value_of(*weights.scale, lanes[v], indices) : nullptr;
      Value *zero =
          weights.zero ? value_of(*weights.zero, lanes[v], indices) : nullptr;
      for (unsigned row = 0; row < rows; ++row) {
        size_t number = row * lanes.size() + v;
        Value *product = products[1 + number];
        if (zero) {
          Value *place =
              b().CreateAdd(b().CreateMul(index(row), cut_.blocks), block);
          Value *sum = lanes_.splat(b().CreateLoad(
              lanes_.scalar_type(shape().type), at(cut_.row_sums_at, place)));
          product = multiply_add(b(), b().CreateFNeg(zero), sum, product);
        }
        Value *address =
            at(cut_.sums_at, index(int64_t(number) * shape().width));
        Value *before = b().CreateAlignedLoad(vector, address, align);
        b().CreateAlignedStore(scale ? multiply_add(b(), scale, product, before)
                                     : b().CreateFAdd(before, product),
                               address, align);
      }
    }
  });
}

/// The loops of K from number `loop` on. What is carried: the number of the
/// step, then the products by row and vector.
BlockNest::Lines BlockNest::emit_steps(size_t loop, llvm::ArrayRef<Lane> lanes,
                                       unsigned rows, IndexValues &indices,
                                       const Lines &carried) {
  const analysis::ContractionRoles &roles = problem_.base.roles;
  if (loop == roles.k_loops.size())
    return emit_step(lanes, rows, indices, carried);
  uint32_t variable = roles.k_loops[loop];
  const Extent &extent = roles.space.extents[variable];
  if (loop + problem_.unrolled() >= roles.k_loops.size()) {
    Lines now = carried;
    for (int64_t k = 0; k < extent.value; ++k) {
      indices[variable] = index(k);
      now = emit_steps(loop + 1, lanes, rows, indices, now);
    }
    return now;
  }
  Values result = emit_for(frame(), index(0), frame().extent(extent), index(1),
                           carried, [&](Value *k, llvm::ArrayRef<Value *> now) {
                             indices[variable] = k;
                             Lines next =
                                 emit_steps(loop + 1, lanes, rows, indices,
                                            Lines(now.begin(), now.end()));
                             return Values(next.begin(), next.end());
                           });
  indices.erase(variable);
  return Lines(result.begin(), result.end());
}

BlockNest::Lines BlockNest::emit_step(llvm::ArrayRef<Lane> lanes, unsigned rows,
                                      const IndexValues &indices,
                                      const Lines &carried) {
  Lines next = carried;
  next[0] = b().CreateAdd(carried[0], index(1));
  llvm::SmallVector<Value *, 4> elements;
  for (const Lane &lane : lanes)
    elements.push_back(element_at(lane, indices));
  for (unsigned row = 0; row < rows; ++row) {
    Value *place =
        b().CreateAdd(b().CreateMul(index(row), cut_.row_stride), carried[0]);
    Value *x = lanes_.splat(
        b().CreateLoad(lanes_.scalar_type(shape().type), at(index(0), place)));
    for (size_t v = 0; v < lanes.size(); ++v) {
      Value *&sum = next[1 + row * lanes.size() + v];
      sum = multiply_add(b(), x, elements[v], sum);
    }
  }
  return next;
}

/// The elements of the weights in the accumulator's type.
Value *BlockNest::element_at(const Lane &lane, const IndexValues &indices) {
  const analysis::Factor &element = problem_.weights.element;
  const Node &node = frame().kernel.nodes[element.value];
  bool is_cast = node.kind == NodeKind::scalar && node.op == ScalarOp::cast;
  if (Value *bits = is_cast ? bit_field(node.args[0], lane, indices) : nullptr)
    return b().CreateUIToFP(bits, lanes_.vector_type(shape().type));
  return value_of(element, lane, indices);
}

/// Bits of an unsigned byte in lanes of 32 bits, as machines shift these and no
/// bytes; null if the value is something else.
Value *BlockNest::bit_field(NodeId value, const Lane &lane,
                            const IndexValues &indices) {
  const Node &node = frame().kernel.nodes[value];
  if (node.type != DType::u8)
    return nullptr;
  const analysis::FactorLoad &load = problem_.load();
  llvm::Type *word = lanes_.vector_of(b().getInt32Ty());
  if (value == load.node)
    return b().CreateZExt(lanes_.spread(loaded(load, lane, indices)), word);
  if (node.kind != NodeKind::scalar)
    return nullptr;
  if (node.op != ScalarOp::shr && node.op != ScalarOp::bit_and)
    return nullptr;
  Value *bits = bit_field(node.args[0], lane, indices);
  if (!bits)
    return nullptr;
  analysis::Factor other = problem_.weights.element;
  other.value = node.args[1];
  FactorCode code(lanes_, other);
  for (const analysis::FactorLoad &operand : other.loads)
    if (!operand.panels)
      code.set(operand.node, loaded(operand, lane, indices));
  LaneValue argument = code.value(node.args[1]);
  if (!argument.is_uniform())
    return nullptr;
  Value *wide = b().CreateZExt(argument.scalar(), b().getInt32Ty());
  if (node.op == ScalarOp::bit_and)
    return b().CreateAnd(bits, lanes_.splat(wide));
  // A byte shifted by 8 or more is 0.
  return b().CreateLShr(
      bits, lanes_.splat(b().CreateBinaryIntrinsic(llvm::Intrinsic::umin, wide,
                                                   b().getInt32(31))));
}

Value *BlockNest::value_of(const analysis::Factor &factor, const Lane &lane,
                           const IndexValues &indices) {
  FactorCode code(lanes_, factor);
  for (const analysis::FactorLoad &load : factor.loads)
    code.set(load.node, loaded(load, lane, indices));
  return lanes_.spread(code.value(factor.value));
}

LaneValue BlockNest::loaded(const analysis::FactorLoad &load, const Lane &lane,
                            const IndexValues &indices) {
  const Node &node = frame().kernel.nodes[load.node];
  DType type = frame().kernel.operands[node.index].dtype;
  Value *operand = frame().operands[node.index];
  if (load.panels) {
    IndexValues steps = indices;
    for (const auto &[variable, index] : batch_)
      steps.erase(variable);
    return lanes_.load(
        type, operand,
        lanes_.index(sizes_.add_terms(lane.offset, load.offset, steps)));
  }
  uint32_t variable = problem_.load().panels->variable;
  IndexValues all = indices;
  all[variable] = lane.point;
  Value *offset =
      sizes_.add_terms(sizes_.value(load.offset.constant), load.offset, all);
  analysis::SizePolynomial step = load.offset.coefficient(variable);
  if (step.is_zero())
    return lanes_.load(type, operand, LaneValue::uniform(DType::i64, offset));
  lanes_.set_active(
      smaller(b(), lanes_.step(), b().CreateSub(cut_.points, lane.point)));
  LaneValue value =
      lanes_.load(type, operand, LaneValue::linear(offset, sizes_.value(step)));
  lanes_.set_active(nullptr);
  return value;
}

} // namespace landfall::kernels
