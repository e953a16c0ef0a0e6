/*===- landfall.h - The stable C interface -----------------------*- C -*-===*\
|*
|* Part of Landfall, under the Apache License v2.0.
|*
|* Compile or open a package, load it on a device, run it:
|*
|*   lf_package *package;  lf_model *model;  lf_session *session;
|*   lf_error *error = NULL;
|*   if (lf_package_open("model.lfm", &package, &error) != LF_OK ||
|*       lf_model_load(package, NULL, 0, &model, &error) != LF_OK ||
|*       lf_session_create(model, &session, &error) != LF_OK)
|*     fail(lf_error_message(error));
|*   lf_session_run(session, inputs, 1, outputs, 1, &error);
|*
|* Rules. Every function that can fail returns a status and, if `error` is not
|* NULL and it fails, stores an error there that the caller frees; results are
|* set to NULL then. Every object from a function with a result parameter is
|* the caller's and is freed with the function of its type; freeing NULL does
|* nothing, and the order of freeing does not matter. Strings are UTF-8 and,
|* when returned, live as long as the object that they were asked of. Objects
|* may be used from any thread; only freeing must not overlap another use.
|* Functions are only ever added, numbers never change.
|*
\*===----------------------------------------------------------------------===*/
#ifndef LANDFALL_H
#define LANDFALL_H

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

#define LF_API __attribute__((visibility("default")))

typedef enum lf_status {
  LF_OK = 0,
  LF_INVALID_ARGUMENT = 1, /* The caller's input, option or shape is wrong. */
  LF_INVALID_MODEL = 2,    /* The model breaks ONNX's rules. */
  LF_UNSUPPORTED = 3,      /* Legal, but not implemented. */
  LF_INVALID_PACKAGE = 4,  /* The .lfm is damaged, truncated or too new. */
  LF_IO = 5,               /* The system refused a file operation. */
  LF_OUT_OF_MEMORY = 6,
  LF_RUN_FAILED = 7, /* A check inside the model failed on this input. */
  LF_DEVICE = 8,     /* A device or its driver failed. */
  LF_INTERNAL = 9    /* A bug in Landfall. */
} lf_status;

/* Element types have the numbers of ONNX's TensorProto.DataType. Types below
 * a byte take one byte an element. */
typedef int32_t lf_dtype;
enum {
  LF_FLOAT32 = 1,
  LF_UINT8 = 2,
  LF_INT8 = 3,
  LF_UINT16 = 4,
  LF_INT16 = 5,
  LF_INT32 = 6,
  LF_INT64 = 7,
  LF_STRING = 8,
  LF_BOOL = 9,
  LF_FLOAT16 = 10,
  LF_FLOAT64 = 11,
  LF_UINT32 = 12,
  LF_UINT64 = 13,
  LF_COMPLEX64 = 14,
  LF_COMPLEX128 = 15,
  LF_BFLOAT16 = 16,
  LF_FLOAT8E4M3FN = 17,
  LF_FLOAT8E4M3FNUZ = 18,
  LF_FLOAT8E5M2 = 19,
  LF_FLOAT8E5M2FNUZ = 20,
  LF_UINT4 = 21,
  LF_INT4 = 22,
  LF_FLOAT4E2M1 = 23,
  LF_FLOAT8E8M0 = 24,
  LF_UINT2 = 25,
  LF_INT2 = 26
};

typedef enum lf_kind {
  LF_NONE = 0, /* An absent optional. */
  LF_TENSOR = 1,
  LF_SEQUENCE = 2,
  LF_MAP = 3,
  LF_OPTIONAL = 4 /* In signatures only: none, or a value. */
} lf_kind;

typedef struct lf_error lf_error;
typedef struct lf_package lf_package; /* A compiled model. */
typedef struct lf_model lf_model;     /* A package loaded on a device. */
typedef struct lf_session lf_session; /* One stream of runs of a model. */
typedef struct lf_port lf_port;       /* An input or output of a model. */
typedef struct lf_value lf_value;     /* A tensor, sequence, map or none. */

/* "0.1.0". */
LF_API const char *lf_version(void);

/* -- Errors --------------------------------------------------------------- */
/* "invalid_model"; "ok". */
LF_API const char *lf_status_name(lf_status status);
LF_API lf_status lf_error_status(const lf_error *error);
/* The whole error for a person: "FILE: node 'NAME' (OPERATOR): REASON; where
 * SIZE = VALUE, ...", with as much of it as is known. */
LF_API const char *lf_error_message(const lf_error *error);
/* What was expected and what to do, without the place and the sizes. */
LF_API const char *lf_error_reason(const lf_error *error);
/* The model's or package's file, as it was given; NULL: not known. */
LF_API const char *lf_error_file(const lf_error *error);
/* The innermost node of the model that failed, by its name or, if it has none
 * (then _is_output gives 1), by its first output's. NULL: none is known. */
LF_API const char *lf_error_node(const lf_error *error);
LF_API int lf_error_node_is_output(const lf_error *error);
/* The node's operator, like "Conv" or "com.microsoft.Gelu"; NULL: not known. */
LF_API const char *lf_error_operator(const lf_error *error);
/* The nodes whose subgraphs or functions contain that node, innermost first,
 * named as it is. NULL if there is no such one. */
LF_API size_t lf_error_enclosing_count(const lf_error *error);
LF_API const char *lf_error_enclosing_node(const lf_error *error,
                                           size_t number);
/* The sizes that the reason speaks of, when a run fails. NULL and 0 if there
 * is no such one. */
LF_API size_t lf_error_size_count(const lf_error *error);
LF_API const char *lf_error_size_name(const lf_error *error, size_t number);
LF_API int64_t lf_error_size_value(const lf_error *error, size_t number);
LF_API void lf_error_free(lf_error *error);

/* -- Packages ------------------------------------------------------------- */
LF_API lf_status lf_package_open(const char *path, lf_package **package,
                                 lf_error **error);
/* The bytes are copied. */
LF_API lf_status lf_package_from_bytes(const void *bytes, size_t size,
                                       lf_package **package, lf_error **error);
LF_API lf_status lf_package_save(const lf_package *package, const char *path,
                                 lf_error **error);
LF_API void lf_package_free(lf_package *package);

/* Compiling needs liblandfall_compiler.so beside this library; nothing else
 * does. `options` is a JSON object or NULL ({"target": "cpu"}; with
 * "require_target": true, what the host would compute fails, see
 * docs/host_work.md); `progress` may be NULL and is called with each step that
 * has ended. */
typedef void (*lf_progress)(void *user, const char *step, double milliseconds);
LF_API lf_status lf_compile_file(const char *path, const char *options,
                                 lf_progress progress, void *user,
                                 lf_package **package, lf_error **error);
/* A serialised ModelProto; external data is looked up in `directory`. */
LF_API lf_status lf_compile_bytes(const void *bytes, size_t size,
                                  const char *directory, const char *options,
                                  lf_progress progress, void *user,
                                  lf_package **package, lf_error **error);

/* -- Models --------------------------------------------------------------- */
/* `device` NULL: what the package was compiled for. `threads` 0: all that the
 * machine has. The model keeps what it needs of the package. */
LF_API lf_status lf_model_load(const lf_package *package, const char *device,
                               int threads, lf_model **model, lf_error **error);
/* The same, with a JSON object of options or NULL. {"threads": 0,
 * "own_process": false, "timeout_seconds": 60} are the defaults: a simulated
 * device may run in a process of its own, and one that shows no sign of life
 * for so long is given up, as is a kernel that takes so long by its clock. */
LF_API lf_status lf_model_load_with(const lf_package *package,
                                    const char *device, const char *options,
                                    lf_model **model, lf_error **error);
LF_API void lf_model_free(lf_model *model);
LF_API size_t lf_model_input_count(const lf_model *model);
LF_API size_t lf_model_output_count(const lf_model *model);
/* NULL if there is no such port. Ports live as long as their model. */
LF_API const lf_port *lf_model_input(const lf_model *model, size_t number);
LF_API const lf_port *lf_model_output(const lf_model *model, size_t number);

LF_API const char *lf_port_name(const lf_port *port);
LF_API lf_kind lf_port_kind(const lf_port *port);
LF_API lf_dtype lf_port_dtype(const lf_port *port);
/* -1: not a tensor, or one of any rank. */
LF_API int lf_port_rank(const lf_port *port);
/* The extent; -1: it is free. */
LF_API int64_t lf_port_extent(const lf_port *port, int dimension);
/* The name of a free dimension; equal names have equal extents. "" if none. */
LF_API const char *lf_port_symbol(const lf_port *port, int dimension);

/* -- Sessions ------------------------------------------------------------- */
LF_API lf_status lf_session_create(const lf_model *model, lf_session **session,
                                   lf_error **error);
LF_API void lf_session_free(lf_session *session);
/* The counts must be the model's. Inputs stay the caller's; each output is
 * the caller's to free, and independent of later runs. Concurrent calls on one
 * session run one after the other. */
LF_API lf_status lf_session_run(lf_session *session,
                                const lf_value *const *inputs,
                                size_t input_count, lf_value **outputs,
                                size_t output_count, lf_error **error);

/* -- Values --------------------------------------------------------------- */
/* A dense row-major tensor. `data` is copied; NULL: zeros. */
LF_API lf_status lf_tensor_create(lf_dtype dtype, const int64_t *dims,
                                  size_t rank, const void *data, size_t bytes,
                                  lf_value **value, lf_error **error);
/* Uses the caller's bytes, which must stay until the value is freed. Aligned
 * to 16 bytes, they are used without a copy where the device allows it. */
LF_API lf_status lf_tensor_borrow(lf_dtype dtype, const int64_t *dims,
                                  size_t rank, const void *data, size_t bytes,
                                  lf_value **value, lf_error **error);
LF_API lf_status lf_tensor_create_strings(const int64_t *dims, size_t rank,
                                          const char *const *strings,
                                          lf_value **value, lf_error **error);
/* The elements may be freed after that; the bytes of borrowed ones must stay.
 */
LF_API lf_status lf_sequence_create(const lf_value *const *elements,
                                    size_t count, lf_value **value,
                                    lf_error **error);
LF_API lf_status lf_none_create(lf_value **value, lf_error **error);
LF_API void lf_value_free(lf_value *value);

LF_API lf_kind lf_value_kind(const lf_value *value);
/* Of tensors; zero, NULL or "" for anything else. */
LF_API lf_dtype lf_tensor_dtype(const lf_value *value);
LF_API size_t lf_tensor_rank(const lf_value *value);
LF_API const int64_t *lf_tensor_dims(const lf_value *value);
LF_API size_t lf_tensor_bytes(const lf_value *value);
LF_API const void *lf_tensor_data(const lf_value *value);
LF_API const char *lf_tensor_string(const lf_value *value, size_t element);
/* Of sequences and maps. The elements belong to the value. */
LF_API size_t lf_value_count(const lf_value *value);
LF_API const lf_value *lf_value_element(const lf_value *value, size_t number);
/* A map's key: the text, or NULL where it is an integer. */
LF_API const char *lf_map_text_key(const lf_value *value, size_t number);
LF_API int64_t lf_map_integer_key(const lf_value *value, size_t number);

#ifdef __cplusplus
}
#endif

#endif /* LANDFALL_H */
