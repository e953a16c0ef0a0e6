//===- generation.cpp - Decoders that generate tokens ---------------------===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//

#include "frontend/onnx/families/generation.h"

#include "frontend/onnx/support/indexing.h"
#include "frontend/onnx/support/one_element.h"
#include "ir/many_operands.h"
#include "onnx_format/proto.h"

namespace landfall::frontend {

std::vector<Any> Generation::carried() const {
  std::vector<Any> values = {ids,           positions, mask,
                             next_position, sequences, length};
  values.insert(values.end(), past.begin(), past.end());
  values.insert(values.end(), own.begin(), own.end());
  return values;
}

Generation Generation::from(std::span<const Any> carried, size_t layers) {
  Generation g{carried[0].tensor,
               carried[1].tensor,
               carried[2].tensor,
               carried[3].tensor,
               carried[4].tensor,
               carried[5].tensor,
               {},
               {},
               {}};
  for (size_t k = 6; k < carried.size(); ++k)
    (k < 6 + layers ? g.past : g.own).push_back(carried[k].tensor);
  return g;
}

/// Elements [rows, ...] with each row `times` times.
static Tensor repeated(Tensor x, Size times) {
  Builder &b = x.builder();
  Shape shape = replaced(x.shape(), 0, x.dim(0) * times);
  return b.map(shape, x.dtype(), [&](std::span<const Scalar> p) {
    return x.at(replaced(p, 0, p[0] / b.scalar(times)));
  });
}

Decoder::Decoder(const Node &node, int attention_mask)
    : node_(node), b(node.b()), graph_(node.graph_attr("decoder")),
      ids_(node.input(0, "input_ids", 2)),
      given_mask_(node.optional_input(attention_mask, "attention_mask", 2)),
      pad_(int32_t(node.int_attr("pad_token_id"))),
      eos_(int32_t(node.int_attr("eos_token_id"))) {
  if (node.int_attr("model_type", 0) != 0)
    node.unsupported(node.type() + " of an encoder and a decoder");
  node.expect(ids_.dtype() == DType::i32, "input_ids must be int32");
  Tensor length = one_element(node, node.input(1, "max_length"));
  max_length_ =
      b.read_required(length, 0, {1, INT32_MAX}, "max_length must be positive");
  b.require(less(0, prompt()) * less(prompt(), max_length_),
            "max_length must be greater than the length of input_ids, and that "
            "than 0");
  for (int d = 0; given_mask_ && d < 2; ++d)
    require_equal(b, given_mask_.dim(d), ids_.dim(d),
                  "attention_mask does not have the shape of input_ids");
}

Generation Decoder::start(Size beams) const {
  Tensor mask = given_mask_;
  Tensor words = b.elementwise({ids_}, [&](std::span<const Scalar> e) {
    return cast(e[0] != double(pad_), DType::i32);
  });
  if (!mask)
    mask = words;
  // Padding has position 0 and does not count.
  auto words_before = [&](Scalar row, Scalar end) {
    return b.fold_to(b.index(0), end, {b.literal_int(DType::i32, 0)},
                     [&](Scalar j, std::span<const Scalar> count) {
                       return Scalars{count[0] + words.at({row, j})};
                     })[0];
  };
  LoopsResult result{DType::i32, ids_.shape(), {}};
  Tensor positions = b.loops(
      {batch()}, {&result, 1},
      [&](std::span<const Scalar> row, std::span<const Buffer> out) {
        b.fold({prompt()}, {b.literal_int(DType::i32, 0)},
               [&](std::span<const Scalar> j, std::span<const Scalar> count) {
                 Scalar word = words.at({row[0], j[0]});
                 out[0].store({row[0], j[0]}, count[0] * word);
                 return Scalars{count[0] + word};
               });
      })[0];
  Tensor next = b.map({batch()}, DType::i32, [&](std::span<const Scalar> p) {
    return words_before(p[0], b.scalar(prompt()));
  });
  Tensor sequences =
      b.map({batch(), max_length_}, DType::i32, [&](std::span<const Scalar> p) {
        return ids_.at_or(p, p[1] < b.scalar(prompt()),
                          b.literal_int(DType::i32, pad_));
      });
  Generation g{repeated(ids_, beams),
               repeated(positions, beams),
               repeated(mask, beams),
               repeated(next, beams),
               repeated(sequences, beams),
               b.from_size(prompt()),
               {},
               {},
               {}};
  size_t layers = graph_.output.size() - 1;
  for (size_t k = 0; k < layers; ++k) {
    const onnx::TypeProto &type = graph_.input[k + 3].type;
    auto dtype = dtype_from_onnx(type.elem_type);
    node_.expect(dtype && is_real(*dtype) && type.shape &&
                     type.shape->size() == 5 && (*type.shape)[2].value &&
                     (*type.shape)[4].value,
                 "the decoder's past states must be declared real tensors of "
                 "rank 5 with known numbers of heads and features");
    Shape shape = {2, batch() * beams, *(*type.shape)[2].value, 0,
                   *(*type.shape)[4].value};
    g.past.push_back(b.map(shape, *dtype, [&](std::span<const Scalar>) {
      return b.literal(*dtype, 0);
    }));
  }
  return g;
}

Generation Decoder::once(const Graph &graph, const Generation &state,
                         const Step &step) const {
  std::vector<Any> inputs = {state.ids, state.positions, state.mask};
  inputs.insert(inputs.end(), state.past.begin(), state.past.end());
  if (node_.body_input_count(graph) != static_cast<int>(inputs.size()))
    node_.unsupported("a decoder that takes anything but input_ids, "
                      "position_ids, attention_mask and one past state for "
                      "each present one");
  std::vector<Any> results = node_.import_body(graph, inputs);
  node_.expect(results.size() == state.past.size() + 1,
               "the decoder must give logits and present states");
  Tensor logits = node_.tensor_in(results[0], "the decoder's logits");
  node_.expect(logits.rank() == 3, "the decoder's logits must have rank 3");
  require_equal(b, logits.dim(0), state.ids.dim(0),
                "the decoder's logits differ from input_ids in batch");
  b.require(less(0, logits.dim(1)), "the decoder gave no logits");
  Generation last = state;
  for (size_t k = 0; k < last.past.size(); ++k) {
    last.past[k] = node_.tensor_in(results[k + 1], "a present state");
    node_.expect(last.past[k].rank() == 5, "present states must have rank 5");
  }
  return step(logits, last);
}

Generation
Decoder::run(const Generation &start, const Step &step,
             const std::function<Tensor(const Generation &)> &proceed) const {
  node_.expect(graph_.input.size() >= 4 && graph_.output.size() >= 2,
               "the decoder must take and give a state");
  size_t layers = start.past.size();
  Generation first = start;
  Size steps = max_length_ - prompt();
  Tensor more;
  if (node_.has_attr("init_decoder")) {
    first = once(node_.graph_attr("init_decoder"), start, step);
    more = proceed(first);
    steps = steps - 1;
  }
  std::vector<Any> end =
      b.loop(b.from_size(steps), more, first.carried(),
             [&](const Builder::LoopState &state) {
               Generation next =
                   once(graph_, Generation::from(state.carried, layers), step);
               Builder::LoopStep result{proceed(next), next.carried(), {}};
               if (next.noted)
                 result.collected.push_back(next.noted);
               return result;
             });
  size_t count = first.carried().size();
  Generation last = Generation::from(std::span(end).first(count), layers);
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
  Size rows = tokens.dim(0);
  auto from = [&](Scalar row) { return source ? source.at({row}) : row; };
  auto column = [&](Tensor x) { return b.reshape(x, {rows, 1}); };
  Tensor ones = b.map({rows, 1}, DType::i32, [&](std::span<const Scalar>) {
    return b.literal_int(DType::i32, 1);
  });
  Generation next = last;
  next.ids = column(tokens);
  next.positions = column(last.next_position);
  next.next_position = b.elementwise(
      {last.next_position}, [](std::span<const Scalar> e) { return e[0] + 1; });
  Tensor masks[] = {last.mask, ones};
  next.mask = ir::concatenate(b, masks, 1);
  next.sequences =
      b.map(last.sequences.shape(), DType::i32, [&](std::span<const Scalar> p) {
        Scalar old = last.sequences.at({from(p[0]), p[1]});
        return select(p[1] == last.length.at({}), tokens.at({p[0]}), old);
      });
  next.length = b.elementwise(
      {last.length}, [](std::span<const Scalar> e) { return e[0] + 1; });
  for (Tensor &past : next.past)
    if (source)
      past = b.map(past.shape(), past.dtype(), [&, x = past](auto p) {
        return x.at({p[0], from(p[1]), p[2], p[3], p[4]});
      });
  return next;
}

} // namespace landfall::frontend
