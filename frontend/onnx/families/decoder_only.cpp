//===- decoder_only.cpp - Decoders of GPT-2's kind ------------------------===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//

#include "frontend/onnx/families/decoder_only.h"

#include "frontend/onnx/support/indexing.h"
#include "ir/many_operands.h"
#include "onnx_format/proto.h"

namespace landfall::frontend {

namespace {

class DecoderOnly : public Decoder {
public:
  DecoderOnly(const Node &node, int attention_mask);
  Generation start(Size beams) override;

private:
  std::vector<Any> inputs(const Graph &graph,
                          const Generation &state) const override;
  size_t row_axis() const override { return 1; }
  std::optional<Generation> first_step(const Generation &start,
                                       const Step &step) const override;
  void feed(Generation &next, const Generation &last, Tensor tokens,
            Tensor source) const override;
  Tensor first_positions(Tensor words) const;
  Tensors no_states(Size beams) const;

  Tensor ids_, mask_;
};

DecoderOnly::DecoderOnly(const Node &node, int attention_mask)
    : Decoder(node), ids_(node.input(0, "input_ids", 2)),
      mask_(Decoder::attention_mask(attention_mask, ids_)) {
  node.expect(ids_.dtype() == DType::i32, "input_ids must be int32");
  bind(ids_.dim(0), ids_.dim(1));
  node.expect(graph_.input.size() >= 4 && graph_.output.size() >= 2,
              "the decoder must take and give a state");
}

/// [B, S] i32: how many words come before; 0 for padding, which does not count.
Tensor DecoderOnly::first_positions(Tensor words) const {
  LoopsResult result{DType::i32, words.shape(), {}};
  return b.loops(
      {batch()}, {&result, 1},
      [&](std::span<const Scalar> row, std::span<const Buffer> out) {
        b.fold({prompt()}, {b.literal_int(DType::i32, 0)},
               [&](std::span<const Scalar> j, std::span<const Scalar> count) {
                 Scalar word = words.at({row[0], j[0]});
                 out[0].store({row[0], j[0]}, count[0] * word);
                 return Scalars{count[0] + word};
               });
      })[0];
}

Tensors DecoderOnly::no_states(Size beams) const {
  Tensors past;
  for (size_t k = 0; k + 1 < graph_.output.size(); ++k) {
    const onnx::TypeProto &type = graph_.input[k + 3].type;
    auto dtype = dtype_from_onnx(type.elem_type);
    node_.expect(dtype && is_real(*dtype) && type.shape &&
                     type.shape->size() == 5 && (*type.shape)[2].value &&
                     (*type.shape)[4].value,
                 "the decoder's past states must be declared real tensors of "
                 "rank 5 with known numbers of heads and features");
    Shape shape = {2, batch() * beams, *(*type.shape)[2].value, 0,
                   *(*type.shape)[4].value};
    past.push_back(no_past(shape, *dtype));
  }
  return past;
}

Generation DecoderOnly::start(Size beams) {
  Tensor words = b.elementwise({ids_}, [&](std::span<const Scalar> e) {
    return cast(e[0] != double(pad()), DType::i32);
  });
  Tensor next = b.map({batch()}, DType::i32, [&](std::span<const Scalar> p) {
    return sum(b, {prompt()}, DType::i32, [&](std::span<const Scalar> j) {
      return words.at({p[0], j[0]});
    });
  });
  return {repeated(ids_, beams),
          repeated(first_positions(words), beams),
          repeated(mask_ ? mask_ : words, beams),
          repeated(next, beams),
          sequences(ids_, beams),
          b.from_size(prompt()),
          no_states(beams),
          {},
          {}};
}

std::vector<Any> DecoderOnly::inputs(const Graph &graph,
                                     const Generation &state) const {
  std::vector<Any> values = {state.ids, state.positions, state.mask};
  values.insert(values.end(), state.past.begin(), state.past.end());
  if (node_.body_input_count(graph) != static_cast<int>(values.size()))
    node_.unsupported("a decoder that takes anything but input_ids, "
                      "position_ids, attention_mask and one past state for "
                      "each present one");
  return values;
}

std::optional<Generation> DecoderOnly::first_step(const Generation &start,
                                                  const Step &step) const {
  if (!node_.has_attr("init_decoder"))
    return std::nullopt;
  return once(node_.graph_attr("init_decoder"), start, step);
}

void DecoderOnly::feed(Generation &next, const Generation &last, Tensor tokens,
                       Tensor) const {
  Shape shape = {tokens.dim(0), 1};
  Tensor ones = b.map(shape, DType::i32, [&](std::span<const Scalar>) {
    return b.literal_int(DType::i32, 1);
  });
  next.ids = column(tokens);
  next.positions = column(last.next_position);
  next.next_position = b.elementwise(
      {last.next_position}, [](std::span<const Scalar> e) { return e[0] + 1; });
  Tensor masks[] = {last.mask, ones};
  next.mask = ir::concatenate(b, masks, 1);
}

} // namespace

std::unique_ptr<Decoder> decoder_only(const Node &node, int attention_mask) {
  return std::make_unique<DecoderOnly>(node, attention_mask);
}

} // namespace landfall::frontend
