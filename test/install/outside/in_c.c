/*===- in_c.c - A user's program in C ------------------------------*- C
-*-===*\
|*
|* Part of Landfall, under the Apache License v2.0.
|*
|* in_c MODEL.onnx: compiles y = relu(x) and runs it.
|*
\*===----------------------------------------------------------------------===*/
#include <landfall/landfall.h>

#include <stdio.h>
#include <string.h>

static int fail(lf_error *error) {
  fprintf(stderr, "%s\n", lf_error_message(error));
  lf_error_free(error);
  return 1;
}

int main(int argc, char **argv) {
  lf_package *package;
  lf_model *model;
  lf_session *session;
  lf_value *input, *output;
  lf_error *error = NULL;
  const int64_t dims[] = {3};
  const float data[] = {-1, 2, -3};
  if (argc != 2 || strcmp(lf_version(), LF_VERSION) != 0)
    return 2;
  if (lf_compile_file(argv[1], NULL, NULL, NULL, &package, &error) != LF_OK ||
      lf_model_load(package, NULL, NULL, &model, &error) != LF_OK ||
      lf_session_create(model, &session, &error) != LF_OK ||
      lf_tensor_create(LF_FLOAT32, dims, 1, data, sizeof data, &input,
                       &error) != LF_OK ||
      lf_session_run(session, NULL, (const lf_value *const *)&input, 1, &output,
                     1, &error) != LF_OK)
    return fail(error);
  const float *y = lf_tensor_data(output);
  printf("%g %g %g\n", y[0], y[1], y[2]);
  lf_value_free(output);
  lf_value_free(input);
  lf_session_free(session);
  lf_model_free(model);
  lf_package_free(package);
  return 0;
}
