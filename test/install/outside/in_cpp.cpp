//===- in_cpp.cpp - A user's program in C++ -------------------------------===//
//
// Part of Landfall, under the Apache License v2.0.
//
// in_cpp MODEL.onnx: compiles y = relu(x) and runs it.
//
//===----------------------------------------------------------------------===//
#include <landfall/landfall.hpp>

#include <cstdio>

int main(int argc, char **argv) {
  if (argc != 2)
    return 2;
  try {
    lf::Model model(lf::Package::compile(argv[1]));
    auto outputs =
        model.session().run({lf::Value::tensor<float>({3}, {-1, 2, -3})});
    for (float y : outputs[0].elements<float>())
      std::printf("%g ", y);
    std::puts("");
  } catch (const lf::Error &error) {
    std::fprintf(stderr, "%s\n", error.what());
    return 1;
  }
}
