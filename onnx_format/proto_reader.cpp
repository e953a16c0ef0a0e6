//===- proto_reader.cpp ---------------------------------------*- C++ -*-===//
//
// Part of Landfall, under the Apache License v2.0.
//
// One `read` for each message: a switch over (field number, wire type) as
// onnx.proto numbers them. A known field with another wire type is skipped
// like an unknown one, as protobuf does; a repeated message field merges.
//
//===----------------------------------------------------------------------===//
#include "onnx_format/proto_reader.h"

#include "base/utf8.h"

#include <protozero/pbf_reader.hpp>

#include <algorithm>

namespace landfall::onnx {

namespace {

using Reader = protozero::pbf_reader;
using Wire = protozero::pbf_wire_type;

constexpr uint32_t bytes(uint32_t field) {
  return protozero::tag_and_type(field, Wire::length_delimited);
}
constexpr uint32_t varint(uint32_t field) {
  return protozero::tag_and_type(field, Wire::varint);
}
constexpr uint32_t fixed32(uint32_t field) {
  return protozero::tag_and_type(field, Wire::fixed32);
}
constexpr uint32_t fixed64(uint32_t field) {
  return protozero::tag_and_type(field, Wire::fixed64);
}

struct TooDeep : std::exception {
  const char *what() const noexcept override {
    return "messages are nested more than 100 deep";
  }
};

struct NotText : std::exception {
  const char *what() const noexcept override {
    return "a name that is not UTF-8";
  }
};

/// The bytes of a field that may hold anything.
Text raw_text(Reader &r) {
  auto view = r.get_view();
  return {view.data(), view.size()};
}

Text text(Reader &r) {
  Text result = raw_text(r);
  if (!is_utf8(result))
    throw NotText();
  return result;
}

Span span(Reader &r) {
  auto view = r.get_view();
  return {reinterpret_cast<const uint8_t *>(view.data()), view.size()};
}

/// The bytes of a scalar field that `get` (a Reader member) steps over.
template <typename Get> Span one_element(Reader &r, Get get) {
  const char *begin = r.data().data();
  (r.*get)();
  return {reinterpret_cast<const uint8_t *>(begin),
          size_t(r.data().data() - begin)};
}

void append_packed(Reader &r, std::vector<int64_t> &out) {
  for (int64_t value : r.get_packed_int64())
    out.push_back(value);
}

template <typename T> T &ensure(std::shared_ptr<T> &pointer) {
  if (!pointer)
    pointer = std::make_shared<T>();
  return *pointer;
}

/// Keeps the field path and the position for the error message.
class MessageReader {
public:
  template <typename Message>
  Result<Message> read_all(Span data, const std::string &file) {
    begin_ = position_ = reinterpret_cast<const char *>(data.data());
    Message message;
    try {
      read(Reader(begin_, data.size()), message);
    } catch (const std::exception &error) {
      return describe(error.what(), file);
    }
    return message;
  }

private:
  static constexpr size_t deepest = 100;

  Error describe(const char *what, const std::string &file) const {
    std::string where;
    for (const char *field : path_)
      where += (where.empty() ? "" : ".") + std::string(field);
    Error error{ErrorCode::invalid_model,
                std::string("not a valid ONNX file: ") + what + " at byte " +
                    std::to_string(position_ - begin_) +
                    (where.empty() ? "" : " in field " + where) +
                    "; the file may be truncated or damaged, or not ONNX at "
                    "all"};
    return error.in_file(file);
  }

  bool next(Reader &r) {
    position_ = r.data().data();
    return r.next();
  }

  /// Reads the sub-message under the cursor into `out`. The path is left as it
  /// is when an exception passes, for `describe`.
  template <typename Message>
  void nested(Reader &r, const char *field, Message &out) {
    path_.push_back(field);
    if (path_.size() > deepest)
      throw TooDeep();
    read(r.get_message(), out);
    path_.pop_back();
  }

  template <typename Message>
  void repeated(Reader &r, const char *field, std::vector<Message> &out) {
    nested(r, field, out.emplace_back());
  }

  void read(Reader r, StringStringEntry &out) {
    while (next(r))
      switch (r.tag_and_type()) {
      case bytes(1):
        out.key = text(r);
        break;
      case bytes(2):
        out.value = text(r);
        break;
      default:
        r.skip();
      }
  }

  void read(Reader r, OperatorSetId &out) {
    while (next(r))
      switch (r.tag_and_type()) {
      case bytes(1):
        out.domain = text(r);
        break;
      case varint(2):
        out.version = r.get_int64();
        break;
      default:
        r.skip();
      }
  }

  void read(Reader r, TensorProto &out) {
    while (next(r))
      switch (r.tag_and_type()) {
      case varint(1):
        out.dims.push_back(r.get_int64());
        break;
      case bytes(1):
        append_packed(r, out.dims);
        break;
      case varint(2):
        out.data_type = r.get_int32();
        break;
      case bytes(3):
        out.has_segment = true;
        r.skip();
        break;
      case bytes(6):
        out.string_data.push_back(raw_text(r));
        break;
      case bytes(8):
        out.name = text(r);
        break;
      case bytes(9):
        out.raw_data = span(r);
        break;
      case bytes(13):
        repeated(r, "external_data", out.external_data);
        break;
      case varint(14):
        out.location = r.get_enum() == 1 ? TensorProto::Location::external
                                         : TensorProto::Location::inside;
        break;
      default:
        read_tensor_numbers(r, out);
      }
  }

  /// The typed data fields, packed and not.
  void read_tensor_numbers(Reader &r, TensorProto &out) {
    switch (r.tag_and_type()) {
    case bytes(4):
      out.float_data.push_back(span(r));
      break;
    case fixed32(4):
      out.float_data.push_back(one_element(r, &Reader::get_float));
      break;
    case bytes(5):
      out.int32_data.push_back(span(r));
      break;
    case varint(5):
      out.int32_data.push_back(one_element(r, &Reader::get_int64));
      break;
    case bytes(7):
      out.int64_data.push_back(span(r));
      break;
    case varint(7):
      out.int64_data.push_back(one_element(r, &Reader::get_int64));
      break;
    case bytes(10):
      out.double_data.push_back(span(r));
      break;
    case fixed64(10):
      out.double_data.push_back(one_element(r, &Reader::get_double));
      break;
    case bytes(11):
      out.uint64_data.push_back(span(r));
      break;
    case varint(11):
      out.uint64_data.push_back(one_element(r, &Reader::get_int64));
      break;
    default:
      r.skip();
    }
  }

  void read(Reader r, SparseTensorProto &out) {
    while (next(r))
      switch (r.tag_and_type()) {
      case bytes(1):
        nested(r, "values", out.values);
        break;
      case bytes(2):
        nested(r, "indices", out.indices);
        break;
      case varint(3):
        out.dims.push_back(r.get_int64());
        break;
      case bytes(3):
        append_packed(r, out.dims);
        break;
      default:
        r.skip();
      }
  }

  void read(Reader r, Dimension &out) {
    while (next(r))
      switch (r.tag_and_type()) {
      case varint(1):
        out.value = r.get_int64();
        out.param = {};
        break;
      case bytes(2):
        out.param = text(r);
        out.value.reset();
        break;
      default:
        r.skip();
      }
  }

  /// A TensorShapeProto.
  void read(Reader r, std::vector<Dimension> &out) {
    while (next(r))
      if (r.tag_and_type() == bytes(1))
        repeated(r, "dim", out);
      else
        r.skip();
  }

  /// TypeProto.Tensor, .SparseTensor, .Sequence, .Optional and .Map: `element`
  /// is the field number of the nested type, 0 without one.
  struct TypeBody {
    TypeProto &type;
    uint32_t element;
  };
  void read(Reader r, TypeBody out) {
    while (next(r)) {
      uint32_t field = r.tag_and_type();
      if (out.element != 0 && field == bytes(out.element))
        nested(r, "elem_type", ensure(out.type.element));
      else if (field == varint(1))
        out.type.elem_type = r.get_int32();
      else if (out.element == 0 && field == bytes(2))
        nested(r, "shape",
               out.type.shape ? *out.type.shape : out.type.shape.emplace());
      else
        r.skip();
    }
  }

  void read_type(Reader &r, TypeProto &out, TypeProto::Kind kind,
                 const char *field, uint32_t element) {
    if (out.kind != kind)
      out = TypeProto{.kind = kind, .shape = {}, .element = {}};
    TypeBody body{out, element};
    nested(r, field, body);
  }

  void read(Reader r, TypeProto &out) {
    using Kind = TypeProto::Kind;
    while (next(r))
      switch (r.tag_and_type()) {
      case bytes(1):
        read_type(r, out, Kind::tensor, "tensor_type", 0);
        break;
      case bytes(4):
        read_type(r, out, Kind::sequence, "sequence_type", 1);
        break;
      case bytes(5):
        read_type(r, out, Kind::map, "map_type", 2);
        break;
      case bytes(7):
        out = TypeProto{.kind = Kind::opaque, .shape = {}, .element = {}};
        r.skip();
        break;
      case bytes(8):
        read_type(r, out, Kind::sparse_tensor, "sparse_tensor_type", 0);
        break;
      case bytes(9):
        read_type(r, out, Kind::optional, "optional_type", 1);
        break;
      default:
        r.skip();
      }
  }

  void read(Reader r, ValueInfoProto &out) {
    while (next(r))
      switch (r.tag_and_type()) {
      case bytes(1):
        out.name = text(r);
        break;
      case bytes(2):
        nested(r, "type", out.type);
        break;
      default:
        r.skip();
      }
  }

  void read(Reader r, AttributeProto &out) {
    while (next(r))
      switch (r.tag_and_type()) {
      case bytes(1):
        out.name = text(r);
        break;
      case fixed32(2):
        out.f = r.get_float();
        break;
      case varint(3):
        out.i = r.get_int64();
        break;
      case bytes(4):
        out.s = raw_text(r);
        break;
      case bytes(5):
        nested(r, "t", ensure(out.t));
        break;
      case bytes(6):
        nested(r, "g", ensure(out.g));
        break;
      case bytes(14):
        nested(r, "tp", ensure(out.tp));
        break;
      case varint(20):
        out.type = AttributeProto::Type(r.get_enum());
        break;
      case bytes(21):
        out.ref_attr_name = text(r);
        break;
      case bytes(22):
        nested(r, "sparse_tensor", ensure(out.sparse_tensor));
        break;
      default:
        read_attribute_list(r, out);
      }
  }

  void read_attribute_list(Reader &r, AttributeProto &out) {
    switch (r.tag_and_type()) {
    case fixed32(7):
      out.floats.push_back(r.get_float());
      break;
    case bytes(7):
      for (float value : r.get_packed_float())
        out.floats.push_back(value);
      break;
    case varint(8):
      out.ints.push_back(r.get_int64());
      break;
    case bytes(8):
      append_packed(r, out.ints);
      break;
    case bytes(9):
      out.strings.push_back(raw_text(r));
      break;
    case bytes(10):
      repeated(r, "tensors", out.tensors);
      break;
    case bytes(11):
      repeated(r, "graphs", out.graphs);
      break;
    default:
      r.skip();
    }
  }

  void read(Reader r, NodeProto &out) {
    while (next(r))
      switch (r.tag_and_type()) {
      case bytes(1):
        out.input.push_back(text(r));
        break;
      case bytes(2):
        out.output.push_back(text(r));
        break;
      case bytes(3):
        out.name = text(r);
        break;
      case bytes(4):
        out.op_type = text(r);
        break;
      case bytes(5):
        repeated(r, "attribute", out.attribute);
        break;
      case bytes(7):
        out.domain = text(r);
        break;
      case bytes(8):
        out.overload = text(r);
        break;
      default:
        r.skip();
      }
  }

  void read(Reader r, GraphProto &out) {
    while (next(r))
      switch (r.tag_and_type()) {
      case bytes(1):
        repeated(r, "node", out.node);
        break;
      case bytes(2):
        out.name = text(r);
        break;
      case bytes(5):
        repeated(r, "initializer", out.initializer);
        break;
      case bytes(11):
        repeated(r, "input", out.input);
        break;
      case bytes(12):
        repeated(r, "output", out.output);
        break;
      case bytes(13):
        repeated(r, "value_info", out.value_info);
        break;
      case bytes(15):
        repeated(r, "sparse_initializer", out.sparse_initializer);
        break;
      default:
        r.skip();
      }
  }

  void read(Reader r, FunctionProto &out) {
    while (next(r))
      switch (r.tag_and_type()) {
      case bytes(1):
        out.name = text(r);
        break;
      case bytes(4):
        out.input.push_back(text(r));
        break;
      case bytes(5):
        out.output.push_back(text(r));
        break;
      case bytes(6):
        out.attribute.push_back(text(r));
        break;
      case bytes(7):
        repeated(r, "node", out.node);
        break;
      case bytes(9):
        repeated(r, "opset_import", out.opset_import);
        break;
      case bytes(10):
        out.domain = text(r);
        break;
      case bytes(11):
        repeated(r, "attribute_proto", out.attribute_proto);
        break;
      case bytes(13):
        out.overload = text(r);
        break;
      default:
        r.skip();
      }
  }

  void read(Reader r, ModelProto &out) {
    while (next(r))
      switch (r.tag_and_type()) {
      case varint(1):
        out.ir_version = r.get_int64();
        break;
      case bytes(2):
        out.producer_name = text(r);
        break;
      case bytes(3):
        out.producer_version = text(r);
        break;
      case bytes(7):
        nested(r, "graph", out.graph ? *out.graph : out.graph.emplace());
        break;
      case bytes(8):
        repeated(r, "opset_import", out.opset_import);
        break;
      case bytes(14):
        repeated(r, "metadata_props", out.metadata_props);
        break;
      case bytes(25):
        repeated(r, "functions", out.functions);
        break;
      default:
        r.skip();
      }
  }

  const char *begin_ = nullptr;
  const char *position_ = nullptr;
  std::vector<const char *> path_;
};

} // namespace

Result<ModelProto> read_model(Span data, const std::string &file) {
  return MessageReader().read_all<ModelProto>(data, file);
}

Result<TensorProto> read_tensor(Span data, const std::string &file) {
  return MessageReader().read_all<TensorProto>(data, file);
}

} // namespace landfall::onnx
