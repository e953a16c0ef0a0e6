//===- word_windows.cpp - Windows with channels in words ------------------===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#include "compiler/kernels/contraction/word_windows.h"
#include "compiler/kernels/contraction/window_copy.h"
#include "compiler/kernels/contraction/word_turning.h"
#include "compiler/kernels/frame/loop_builder.h"

namespace landfall::kernels {

using llvm::Value;

namespace {

/// Lanes that are copied at once: longer vectors would reach beyond
/// the lines of most images.
constexpr unsigned copied_lanes = 16;
/// The lanes behind a task's last that blocks of rows, and whole vectors, may
/// read.
constexpr int64_t lanes_behind = 64;
/// Staged rows are whole lines.
constexpr unsigned line_bytes = 64;

Error refuse(const std::string &reason) {
  return {ErrorCode::unsupported, reason};
}

} // namespace

Result<WordWindows> find_word_windows(const ContractionProblem &problem,
                                      const WordSides &sides) {
  if (!sides.panels || !sides.turned)
    return refuse("the M side is not weights in panels");
  if (sides.points_shifted())
    return refuse("the weights have zero points");
  if (sides.rows_along_k)
    return refuse("channels are together in memory");
  if (sides.rows.zero)
    for (uint32_t loop : problem.roles.n_loops)
      if (sides.rows.zero->factor.uses[loop])
        return refuse("zero points differ among the points of N");
  analysis::ContractionRoles roles = problem.roles;
  roles.n_side = sides.rows.elements.factor;
  // Panels walk the words of the innermost loop but one (word_sides.cpp).
  constexpr size_t loops_of_words = 2;
  std::optional<WindowSide> side = find_windows(roles, loops_of_words);
  if (!side)
    return refuse("the N side has no windows");
  if (side->channels.size() != loops_of_words)
    return refuse("a word has several taps");
  auto words =
      analysis::SizePolynomial::of(roles.space.extents[side->channels.front()]);
  return WordWindows{roles.space, std::move(*side), std::move(words)};
}

Value *WordWindows::pitch(SizeCode &sizes, unsigned width) const {
  llvm::IRBuilderBase &b = sizes.b();
  Value *lanes = sizes.frame().index(width);
  Value *vectors = ceil_div(b, sizes.value(words), lanes);
  return b.CreateMul(b.CreateOr(vectors, sizes.frame().index(1)), lanes);
}

WindowAreas::WindowAreas(SizeCode &sizes, const WordWindows &windows,
                         const WordForm &form, unsigned width,
                         Value *task_lanes) {
  llvm::IRBuilderBase &b = sizes.b();
  auto index = [&](int64_t value) { return sizes.frame().index(value); };
  const WindowSide &side = windows.side;
  taps = sizes.extent(windows.space, side.taps);
  tap_words = sizes.value(windows.words);
  pitch = windows.pitch(sizes, width);
  Value *halo = PaddedPoints(sizes, side).halo();
  lanes = round_up(b, b.CreateAdd(task_lanes, halo), index(width));
  words = b.CreateMul(
      b.CreateAdd(b.CreateMul(lanes, index(side.phases)), index(lanes_behind)),
      pitch);
  staged_stride =
      b.CreateAdd(round_up(b, lanes, index(line_bytes)), index(line_bytes));
  int64_t rows = form.steps() * width * side.phases + 1;
  staged_bytes = b.CreateMul(staged_stride, index(rows * form.element_bytes()));
}

WindowWords::WindowWords(SizeCode &sizes, const WordWindows &windows,
                         unsigned width, const WindowAreas &areas,
                         const WordForm &form)
    : sizes_(sizes), windows_(windows), width_(width), areas_(areas),
      form_(form), lanes_(sizes.frame(), copied_lanes),
      packer_(sizes, lanes_, windows.side.copy, form.element()),
      points_(sizes, windows.side) {
  packer_.flips_high_bit = form.flips_rows;
}

void WindowWords::emit(const IndexValues &batch, const Interval &lanes,
                       const Memory &memory) {
  const WindowSide &side = windows_.side;
  IndexValues indices = batch;
  side.add_taps(sizes_, windows_.space, indices);
  packer_.begin(indices);
  emit_table(memory.table);
  Value *read = b().CreateAdd(lanes.count, points_.halo());
  Value *in_step = index(form_.steps() * side.phases);
  // As many words as a vector has lanes at a time, as they are turned.
  emit_for(
      frame(), index(0), areas_.tap_words, index(width_), {},
      [&](Value *word, llvm::ArrayRef<Value *>) {
        Value *count =
            smaller(b(), index(width_), b().CreateSub(areas_.tap_words, word));
        Interval rows{b().CreateMul(word, in_step),
                      b().CreateMul(count, in_step)};
        copy_windows(
            packer_, side,
            {rows, {lanes.begin, read}, memory.staged, areas_.staged_stride});
        clear_rows(memory.staged, rows.count,
                   b().CreateMul(index(width_), in_step));
        turn(memory, word, read);
        return Values();
      });
}

/// The offsets of the taps, in words from a lane.
void WindowWords::emit_table(Value *table) {
  const WindowSide &side = windows_.side;
  emit_for(frame(), index(0), areas_.taps, [&](Value *tap) {
    IndexValues indices;
    split_index(sizes_, windows_.space, side.taps, tap, indices);
    PaddedPoints::Place place = points_.place_of(indices);
    Value *lane =
        b().CreateAdd(b().CreateMul(place.phase, areas_.lanes), place.lane);
    b().CreateStore(b().CreateMul(lane, areas_.pitch),
                    element(b(), b().getInt64Ty(), table, tap));
  });
}

/// Rows of channels that there are not.
void WindowWords::clear_rows(Value *staged, Value *first, Value *last) {
  Value *stride =
      b().CreateMul(areas_.staged_stride, index(form_.element_bytes()));
  llvm::Type *line = llvm::FixedVectorType::get(b().getInt8Ty(), line_bytes);
  emit_for(frame(), b().CreateMul(first, stride), b().CreateMul(last, stride),
           index(line_bytes), {}, [&](Value *place, llvm::ArrayRef<Value *>) {
             b().CreateAlignedStore(
                 llvm::Constant::getNullValue(line),
                 element(b(), b().getInt8Ty(), staged, place),
                 llvm::Align(line_bytes));
             return Values();
           });
}

/// Writes the staged elements as words, from `first_word` on, of each lane.
void WindowWords::turn(const Memory &memory, Value *first_word, Value *lanes) {
  const WindowSide &side = windows_.side;
  llvm::Type *narrow = b().getIntNTy(unsigned(form_.element_bytes()) * 8);
  llvm::Type *word = b().getInt32Ty();
  Value *pitch = areas_.pitch;
  Value *step_stride = b().CreateMul(
      areas_.staged_stride, index(side.phases * form_.element_bytes()));
  emit_for(
      frame(), index(0), lanes, index(width_), {},
      [&](Value *lane, llvm::ArrayRef<Value *>) {
        for (int64_t phase = 0; phase < side.phases; ++phase) {
          Value *from = b().CreateAdd(
              b().CreateMul(areas_.staged_stride, index(phase)), lane);
          Value *to =
              b().CreateAdd(b().CreateMul(areas_.lanes, index(phase)), lane);
          Value *first = b().CreateAdd(b().CreateMul(to, pitch), first_word);
          turn_words(frame(), form_, width_,
                     {element(b(), narrow, memory.staged, from), step_stride,
                      element(b(), word, memory.copy, first), pitch});
        }
        return Values();
      });
}

} // namespace landfall::kernels
