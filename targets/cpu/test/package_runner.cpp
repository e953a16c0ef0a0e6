//===- package_runner.cpp - Runs packages on other machines ---------------===//
//
// Part of Landfall, under the Apache License v2.0.
//
// The runtime through its public interface, compiled for another architecture
// and run under user-mode emulation by test/hosts. It answers requests until
// there are no more:
//
//   request  path of a package \n  number of inputs \n  tensors
//   answer   ok, number of outputs \n  tensors;  or: error, bytes \n  its text
//   tensor   element type (lf_dtype), rank, extents, bytes \n  the elements
//
// Every kernel's results are also compared with the interpreter's there, if
// the program is called with --verify.
//
//===----------------------------------------------------------------------===//
#include <landfall/landfall.hpp>

#include <iostream>
#include <string_view>

namespace {

lf::Value read_tensor(std::istream &in) {
  int dtype = 0;
  size_t rank = 0, bytes = 0;
  in >> dtype >> rank;
  std::vector<int64_t> dims(rank);
  for (int64_t &extent : dims)
    in >> extent;
  in >> bytes;
  in.ignore(); // The end of the line.
  std::vector<char> data(bytes);
  in.read(data.data(), std::streamsize(bytes));
  return lf::Value::tensor(lf_dtype(dtype), dims, data.data(), bytes);
}

void write_tensor(std::ostream &out, const lf::Value &value) {
  out << value.dtype() << ' ' << value.dims().size();
  for (int64_t extent : value.dims())
    out << ' ' << extent;
  out << ' ' << value.bytes() << '\n';
  out.write(static_cast<const char *>(lf_tensor_data(value.get())),
            std::streamsize(value.bytes()));
}

std::vector<lf::Value> run(const std::string &path,
                           const std::vector<lf::Value> &inputs, bool verify) {
  lf::Model model(lf::Package::open(path));
  lf::RunOptions options;
  options.set_verify(verify);
  std::vector<const lf_value *> pointers;
  for (const lf::Value &input : inputs)
    pointers.push_back(input.get());
  std::vector<lf::Value> outputs = model.session().run(pointers, &options);
  for (const lf::Value &output : outputs)
    if (output.kind() != LF_TENSOR || output.dtype() == LF_STRING)
      throw lf::Error(LF_UNSUPPORTED, "only numbers can be passed on");
  return outputs;
}

} // namespace

int main(int count, char **arguments) {
  bool verify = count > 1 && std::string_view(arguments[1]) == "--verify";
  for (std::string path; std::getline(std::cin, path);) {
    size_t input_count = 0;
    std::cin >> input_count;
    std::cin.ignore();
    std::vector<lf::Value> inputs;
    try {
      for (size_t k = 0; k < input_count; ++k)
        inputs.push_back(read_tensor(std::cin));
      std::vector<lf::Value> outputs = run(path, inputs, verify);
      std::cout << "ok " << outputs.size() << '\n';
      for (const lf::Value &output : outputs)
        write_tensor(std::cout, output);
    } catch (const lf::Error &error) {
      std::string text = error.what();
      std::cout << "error " << text.size() << '\n' << text;
    }
    std::cout.flush();
  }
  return 0;
}
