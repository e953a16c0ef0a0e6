//===- generation.cpp - Decoders that generate tokens ---------------------===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//

#include "frontend/onnx/families/generation.h"

#include "frontend/onnx/families/decoder_only.h"
#include "frontend/onnx/families/encoder_decoder.h"
#include "frontend/onnx/support/indexing.h"
#include "frontend/onnx/support/one_element.h"
#include "ir/many_operands.h"
#include "onnx_format/proto.h"

namespace landfall::frontend {

namespace {

/// The tensors that every form carries, in order.
constexpr Tensor Generation::*common[] = {
    &Generation::ids,           &Generation::positions, &Generation::mask,
    &Generation::next_position, &Generation::sequences, &Generation::length};

} // namespace

std::vector<Any> Generation::carried() const {
  std::vector<Any> values;
  for (Tensor Generation::*part : common)
    if (this->*part)
      values.emplace_back(this->*part);
  values.insert(values.end(), past.begin(), past.end());
  values.insert(values.end(), own.begin(), own.end());
  return values;
}

Generation Generation::with(std::span<const Any> carried) const {
  Generation g = *this;
  size_t k = 0;
  for (Tensor Generation::*part : common)
    if (g.*part)
      g.*part = carried[k++].tensor;
  for (Tensors *list : {&g.past, &g.own})
    for (Tensor &x : *list)
      x = carried[k++].tensor;
  g.noted = {};
  return g;
}

Tensor repeated(Tensor x, Size times) {
  Builder &b = x.builder();
  Shape shape = replaced(x.shape(), 0, x.dim(0) * times);
  return b.map(shape, x.dtype(), [&](std::span<const Scalar> p) {
    return x.at(replaced(p, 0, p[0] / b.scalar(times)));
  });
}

Decoder::Decoder(const Node &node)
    : node_(node), b(node.b()), graph_(node.graph_attr("decoder")),
      pad_(int32_t(node.int_attr("pad_token_id"))),
      eos_(int32_t(node.int_attr("eos_token_id"))) {}

void Decoder::bind(Size batch, Size prompt) {
  batch_ = batch;
  prompt_ = prompt;
  Tensor length = one_element(node_, node_.input(1, "max_length"));
  max_length_ =
      b.read_required(length, 0, {1, INT32_MAX}, "max_length must be positive");
  b.require(less(0, prompt_) * less(prompt_, max_length_),
            "max_length must be greater than the number of tokens given, and "
            "that than 0");
}

Tensor Decoder::sequences(Tensor ids, Size beams) const {
  Shape shape = {batch_ * beams, max_length_};
  return b.map(shape, DType::i32, [&](std::span<const Scalar> p) {
    Scalar at[] = {p[0] / b.scalar(beams), p[1]};
    return ids.at_or(at, p[1] < b.scalar(prompt_),
                     b.literal_int(DType::i32, pad_));
  });
}

Tensor Decoder::column(Tensor x) const { return b.reshape(x, {x.dim(0), 1}); }

Tensor Decoder::attention_mask(int position, Tensor ids) const {
  Tensor mask = node_.optional_input(position, "attention_mask", 2);
  for (int d = 0; mask && d < 2; ++d)
    require_equal(b, mask.dim(d), ids.dim(d),
                  "attention_mask does not have the shape of input_ids");
  return mask;
}

Tensor Decoder::no_past(const Shape &shape, DType dtype) const {
  return b.map(shape, dtype,
               [&](std::span<const Scalar>) { return b.literal(dtype, 0); });
}

Generation Decoder::once(const Graph &graph, const Generation &state,
                         const Step &step) const {
  std::vector<Any> results = node_.import_body(graph, inputs(graph, state));
  node_.expect(results.size() == state.past.size() + 1,
               "the decoder must give logits and present states");
  Tensor logits = node_.tensor_in(results[0], "the decoder's logits");
  node_.expect(logits.rank() == 3, "the decoder's logits must have rank 3");
  require_equal(b, logits.dim(0), state.ids.dim(0),
                "the decoder's logits differ from input_ids in batch");
  b.require(less(0, logits.dim(1)), "the decoder gave no logits");
  Generation last = state;
  for (size_t k = 0; k < last.past.size(); ++k) {
    Tensor present = node_.tensor_in(results[k + 1], "a present state");
    node_.expect(present.rank() == last.past[k].rank(),
                 "present states must have the rank of past ones");
    last.past[k] = present;
  }
  return step(logits, last);
}

Generation
Decoder::run(const Generation &start, const Step &step,
             const std::function<Tensor(const Generation &)> &proceed) const {
  Generation first = start;
  Size steps = max_length_ - prompt_;
  Tensor more;
  if (std::optional<Generation> known = first_step(start, step)) {
    first = *known;
    more = proceed(first);
    steps = steps - 1;
  }
  std::vector<Any> end =
      b.loop(b.from_size(steps), more, first.carried(),
             [&](const Builder::LoopState &state) {
               Generation next = once(graph_, first.with(state.carried), step);
               Builder::LoopStep result{proceed(next), next.carried(), {}};
               if (next.noted)
                 result.collected.push_back(next.noted);
               return result;
             });
  size_t count = first.carried().size();
  Generation last = first.with(std::span(end).first(count));
  if (end.size() > count)
    last.noted = end[count].tensor;
  if (!first.noted || !last.noted)
    return last;
  // The stack of no steps has only extents of 0; its shape is known, though.
  Shape steps_shape = inserted(first.noted.shape(), 0, last.noted.dim(0));
  Shape one_step = inserted(first.noted.shape(), 0, Size(1));
  Tensor parts[] = {b.reshape(first.noted, one_step),
                    b.reshape(last.noted, steps_shape)};
  last.noted = ir::concatenate(b, parts, 0);
  return last;
}

Generation Decoder::advanced(const Generation &last, Tensor tokens,
                             Tensor source) const {
  auto from = [&](Scalar row) { return source ? source.at({row}) : row; };
  Generation next = last;
  next.sequences =
      b.map(last.sequences.shape(), DType::i32, [&](std::span<const Scalar> p) {
        Scalar old = last.sequences.at({from(p[0]), p[1]});
        return select(p[1] == last.length.at({}), tokens.at({p[0]}), old);
      });
  next.length = b.elementwise(
      {last.length}, [](std::span<const Scalar> e) { return e[0] + 1; });
  feed(next, last, tokens, source);
  size_t axis = row_axis();
  for (Tensor &past : next.past)
    if (source)
      past = b.map(past.shape(), past.dtype(), [&, x = past](auto p) {
        return x.at(replaced(p, axis, from(p[axis])));
      });
  return next;
}

std::unique_ptr<Decoder> make_decoder(const Node &node, int attention_mask,
                                      int decoder_input_ids) {
  int64_t type =
      node.int_attr("model_type", node.type() == "WhisperBeamSearch" ? 2 : 0);
  if (type == 0)
    return decoder_only(node, attention_mask);
  node.expect(type == 1 || type == 2, "model_type must be 0, 1 or 2");
  return encoder_decoder(node, attention_mask, decoder_input_ids);
}

} // namespace landfall::frontend
