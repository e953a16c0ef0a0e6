//===- block_problem.cpp - Weights scaled by blocks of K ------------------===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#include "compiler/kernels/contraction/block_problem.h"
#include "compiler/kernels/contraction/contraction_code.h"

#include <algorithm>

namespace landfall::kernels {

using llvm::Value;

namespace {

/// Tasks are not made smaller than about this many multiply-adds.
constexpr int64_t work_of_a_task = int64_t(1) << 20;
/// A launch has at most about so many tasks.
constexpr int64_t useful_tasks = 32;
/// Rows that packing may write beyond the last.
constexpr int64_t rows_beyond = 16;

Error refuse(const std::string &reason) {
  return {ErrorCode::unsupported, reason};
}

/// The one load from panels, which must be of all of the N side.
Result<const analysis::FactorLoad *>
panel_load(const ContractionProblem &problem) {
  const analysis::ContractionRoles &roles = problem.roles;
  for (const analysis::FactorLoad &load : roles.m_side.loads)
    if (load.panels)
      return refuse("the M side is in panels");
  const analysis::FactorLoad *found = nullptr;
  for (const analysis::FactorLoad &load : roles.n_side.loads) {
    if (load.guarded())
      return refuse("the N side is loaded under a guard");
    if (!load.panels)
      continue;
    if (found)
      return refuse("more than one load is from panels");
    found = &load;
  }
  if (!found)
    return refuse("no load of the N side is from panels");
  if (roles.n_loops != std::vector<uint32_t>{found->panels->variable} ||
      found->panels->width % problem.shape.width != 0)
    return refuse("the panels are not of all of their side");
  return found;
}

/// b of cast(b), a byte; nullopt if the factor's value is something else.
std::optional<NodeId> byte_of(const Kernel &kernel,
                              const analysis::Factor &factor) {
  const Node &node = kernel.nodes[factor.value];
  bool is_cast = node.kind == NodeKind::scalar && node.op == ScalarOp::cast;
  DType type = is_cast ? kernel.nodes[node.args[0]].type : DType::f32;
  if (type != DType::u8 && type != DType::i8)
    return std::nullopt;
  return node.args[0];
}

/// Whether a byte is `load`, or shifted or masked by what is the same for all
/// points.
bool is_bit_field(const ContractionProblem &problem, NodeId value,
                  NodeId load) {
  if (value == load)
    return true;
  const Node &node = problem.kernel.nodes[value];
  if (node.kind != NodeKind::scalar || node.type != DType::u8 ||
      (node.op != ScalarOp::shr && node.op != ScalarOp::bit_and))
    return false;
  auto other =
      analysis::read_factor(problem.kernel, problem.roles.space, node.args[1]);
  if (!other)
    return false;
  for (uint32_t variable : problem.roles.n_loops)
    if (other->uses[variable])
      return false;
  return is_bit_field(problem, node.args[0], load);
}

/// Sets the loops of words. Fails if the panels are of other ones.
Status read_words(BlockProblem &problem) {
  const ContractionProblem &base = problem.base;
  const analysis::FactorLoad &load = problem.load();
  DType type = base.kernel.operands[base.kernel.nodes[load.node].index].dtype;
  bool in_words = load.panels->steps == steps_of_word &&
                  (type == DType::u8 || type == DType::i8);
  for (uint32_t variable : problem.inner_loops()) {
    const Extent &extent = base.roles.space.extents[variable];
    if (problem.walks_bits(variable))
      problem.fields *= extent.constant ? extent.value : 0;
    else if (in_words &&
             load.offset.coefficient(variable) == analysis::SizePolynomial(1) &&
             extent == Extent{true, steps_of_word})
      problem.step_loop = variable;
  }
  if (!problem.step_loop)
    return refuse("the panels are not of words of a loop of K");
  return {};
}

/// Sets what is said of bits.
void read_bits(BlockProblem &problem) {
  const Kernel &kernel = problem.base.kernel;
  auto byte = byte_of(kernel, problem.weights.element);
  problem.has_bit_fields =
      byte && is_bit_field(problem.base, *byte, problem.load().node);
  problem.largest = 255;
  const Node *node = byte ? &kernel.nodes[*byte] : nullptr;
  bool masks = problem.has_bit_fields && *byte != problem.load().node &&
               node->op == ScalarOp::bit_and;
  if (masks && kernel.nodes[node->args[1]].kind == NodeKind::constant)
    problem.largest = int64_t(kernel.nodes[node->args[1]].bits & 0xff);
}

/// Sets the rows of a problem with words, if they are bytes.
Status find_rows(BlockProblem &problem) {
  const ContractionProblem &base = problem.base;
  const analysis::ContractionRoles &roles = base.roles;
  if (base.type != DType::f32)
    return refuse("words are summed to 32 bits");
  if (base.machine.vector.byte_products == ByteProducts::none)
    return refuse("the machine has no products of bytes");
  analysis::ScaledFactor rows =
      TRY(analysis::split_scaled_factor(base.kernel, roles, roles.m_side));
  if (roles.k_loops.back() != problem.step_loop)
    return refuse("the innermost loop of K walks no words");
  auto row = byte_of(base.kernel, rows.element);
  auto weight = byte_of(base.kernel, problem.weights.element);
  if (!row || !weight || rows.zero || !rows.scale)
    return refuse("the M side is not bytes with a scale for each block");
  if (rows.outer > problem.weights.outer)
    return refuse("the M side's blocks are shorter than the weights'");
  auto is_signed = [&](NodeId node) {
    return base.kernel.nodes[node].type == DType::i8;
  };
  problem.form = WordForm::choose(base.machine, is_signed(*row),
                                  is_signed(*weight), false);
  problem.form.has_small_points =
      problem.form.rows_signed && problem.largest <= largest_of_small_points;
  if (problem.form.flips_rows ||
      (base.machine.matrix_tiles && problem.form.needs_tiles()))
    return refuse("rows and weights have the same sign");
  if (!problem.has_bit_fields)
    return refuse("the weights are no bits of what is loaded");
  rows.element = TRY(analysis::read_factor(base.kernel, roles.space, *row));
  problem.rows = std::move(rows);
  return {};
}

Result<BlockProblem> read_problem(const ContractionProblem &base) {
  if (base.type != DType::f32 && base.type != DType::f64)
    return refuse("it does not sum reals");
  const analysis::FactorLoad *load = TRY(panel_load(base));
  BlockProblem problem{base, TRY(analysis::split_scaled_factor(
                                 base.kernel, base.roles, base.roles.n_side))};
  if (load->panels->steps == 1)
    return problem;
  TRY(read_words(problem));
  read_bits(problem);
  // Else rows are multiplied as reals.
  (void)find_rows(problem);
  return problem;
}

} // namespace

Result<BlockProblem> find_block_problem(const ContractionProblem &base) {
  BlockProblem problem = TRY(read_problem(base));
  if (problem.rows || !problem.step_loop)
    return problem;
  // Rows of reals are read as they lie in memory: the loops that walk the bits
  // of what is loaded are the innermost.
  analysis::ContractionRoles roles = base.roles;
  std::stable_partition(roles.k_loops.begin() + int64_t(problem.weights.outer),
                        roles.k_loops.end(), [&](uint32_t variable) {
                          return !problem.walks_bits(variable);
                        });
  return read_problem(
      ContractionProblem(base.kernel, base.machine, std::move(roles)));
}

const analysis::FactorLoad &BlockProblem::load() const {
  return *std::find_if(
      weights.element.loads.begin(), weights.element.loads.end(),
      [](const analysis::FactorLoad &load) { return load.panels.has_value(); });
}

llvm::ArrayRef<uint32_t> BlockProblem::inner_loops() const {
  return llvm::ArrayRef(base.roles.k_loops).drop_front(weights.outer);
}

bool BlockProblem::walks_bits(uint32_t loop) const {
  return load().offset.coefficient(loop).is_zero();
}

bool BlockProblem::has_digits() const {
  return has_bit_fields && fields > 0 && !rows && base.type == DType::f32 &&
         base.machine.vector.byte_products != ByteProducts::none &&
         largest > 0 && largest <= largest_of_small_points;
}

unsigned BlockProblem::digit_vectors() const {
  return base.shape.registers >= 32 ? 4 : 2;
}

DType BlockProblem::row_type() const { return rows ? DType::u8 : base.type; }

int64_t BlockProblem::most_rows() const {
  return base.shape.registers >= 32 ? 8 : 4;
}

BlockCut::BlockCut(SizeCode &sizes, const BlockProblem &problem) {
  llvm::IRBuilderBase &b = sizes.b();
  auto index = [&](int64_t value) { return sizes.frame().index(value); };
  const analysis::ContractionRoles &roles = problem.base.roles;
  const TileShape &shape = problem.base.shape;
  auto middle = roles.k_loops.begin() + int64_t(problem.weights.outer);
  Value *most_rows = index(problem.most_rows());
  batch = sizes.extent(roles.space, roles.batch_loops);
  rows = sizes.extent(roles.space, roles.m_loops);
  points = sizes.extent(roles.space, roles.n_loops);
  blocks = sizes.extent(roles.space, {roles.k_loops.begin(), middle});
  in_block = sizes.extent(roles.space, {middle, roles.k_loops.end()});
  k = b.CreateMul(blocks, in_block);
  row_tasks = larger(b, ceil_div(b, rows, most_rows), index(1));
  Value *work =
      b.CreateMul(b.CreateMul(smaller(b, rows, most_rows), k), points);
  Value *wanted = smaller(b, wanted_tasks(sizes.frame(), useful_tasks),
                          b.CreateUDiv(work, index(work_of_a_task)));
  int64_t unit = std::max<int64_t>(problem.width(), shape.n());
  Value *parts = larger(b, b.CreateUDiv(wanted, row_tasks), index(1));
  task_points = larger(b, round_up(b, ceil_div(b, points, parts), index(unit)),
                       index(unit));
  point_tasks = larger(b, ceil_div(b, points, task_points), index(1));
  Value *end = index(0);
  auto area = [&](Value *elements, DType type) {
    Value *begin = end;
    Value *bytes = b.CreateMul(elements, index(size_of(type)));
    end = b.CreateAdd(end, round_up(b, bytes, index(64)));
    return begin;
  };
  // Packing writes whole vectors, of 64 bytes at most.
  row_stride = b.CreateAdd(round_up(b, k, index(64)), index(64));
  area(b.CreateMul(row_stride, index(problem.most_rows() + rows_beyond)),
       problem.row_type());
  row_sums_at = area(b.CreateMul(blocks, most_rows), shape.type);
  scales_stride = round_up(b, blocks, index(shape.width));
  row_scales_at =
      area(b.CreateMul(scales_stride, index(problem.most_rows() + rows_beyond)),
           shape.type);
  int64_t sums = (problem.most_rows() + 1) * shape.n();
  if (problem.has_digits())
    sums = std::max(sums, most_digit_rows * problem.digit_vectors() *
                              int64_t(shape.width));
  sums_at = area(index(sums), shape.type);
  if (problem.has_digits()) {
    // As the vectors that are written are.
    digit_stride = round_up(b, in_block, index(shape.width));
    record_bytes =
        round_up(b,
                 b.CreateAdd(index(record_head),
                             b.CreateMul(digit_stride, index(row_digits))),
                 index(64));
    max_records = b.CreateMul(blocks, index(levels_of_digits));
    records_at = area(b.CreateMul(b.CreateMul(record_bytes, max_records),
                                  index(most_digit_rows)),
                      DType::u8);
    record_counts_at = area(index(most_digit_rows), DType::i64);
    sorted_at = area(b.CreateAdd(in_block, index(shape.width)), shape.type);
    rests_at = area(b.CreateAdd(in_block, index(shape.width)), shape.type);
  }
  scratch_bytes = end;
}

Value *BlockCut::tasks(SizeCode &sizes) const {
  return sizes.b().CreateMul(batch,
                             sizes.b().CreateMul(row_tasks, point_tasks));
}

} // namespace landfall::kernels
