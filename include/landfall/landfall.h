/*===- landfall.h - The stable C interface -----------------------*- C -*-===*\
|*
|* Part of Landfall, under the Apache License v2.0.
|*
|* Compile or open a package, load it on a device, run it:
|*
|*   lf_package *package;  lf_model *model;  lf_session *session;
|*   lf_error *error = NULL;
|*   if (lf_package_open("model.lfm", &package, &error) != LF_OK ||
|*       lf_model_load(package, NULL, NULL, &model, &error) != LF_OK ||
|*       lf_session_create(model, &session, &error) != LF_OK)
|*     fail(lf_error_message(error));
|*   lf_session_run(session, NULL, inputs, 1, outputs, 1, &error);
|*
|* Rules. Every function that can fail returns a status and, if `error` is not
|* NULL, stores NULL there or, if it fails, an error that the caller frees;
|* results are set to NULL then. Every object from a function with a result
|* parameter is the caller's and is freed with the function of its type; freeing
|* NULL does nothing, and the order of freeing does not matter. A required
|* argument that is NULL is LF_INVALID_ARGUMENT; functions without a status give
|* zero, NULL or "" for it. Strings are UTF-8 and, when returned, live as long
|* as the object that they were asked of. Options are a JSON object, NULL for
|* none; unknown ones are refused by name. Objects may be used from any thread;
|* only freeing must not overlap another use. Functions are only ever added,
|* numbers never change.
|*
\*===----------------------------------------------------------------------===*/
#ifndef LANDFALL_H
#define LANDFALL_H

#include <landfall/version.h>

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
  LF_INTERNAL = 9,   /* A bug in Landfall. */
  LF_CANCELLED = 10  /* By lf_session_cancel or a time limit. */
} lf_status;

typedef struct lf_error lf_error;
typedef struct lf_node lf_node;       /* A node of a model, in an error. */
typedef struct lf_buffer lf_buffer;   /* Bytes, or text. */
typedef struct lf_package lf_package; /* A compiled model. */
typedef struct lf_entry lf_entry;     /* A way to run it, with its signature. */
typedef struct lf_port lf_port;       /* An input or output of a model. */
typedef struct lf_model lf_model;     /* A package loaded on a device. */
typedef struct lf_session lf_session; /* One stream of runs of a model. */
typedef struct lf_run_options lf_run_options;
typedef struct lf_value lf_value; /* A tensor, sequence, map or none. */

/* Element types, and the functions on values. */
#include <landfall/values.h>

/* Of the library that was loaded, "0.1.0"; LF_VERSION is the header's. */
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
/* The version of the operator's domain; 0: not known, or a function. */
LF_API int lf_error_opset(const lf_error *error);
/* The nodes whose subgraphs or functions contain that node, innermost first.
 * NULL if there is no such one. */
LF_API size_t lf_error_enclosing_count(const lf_error *error);
LF_API const lf_node *lf_error_enclosing(const lf_error *error, size_t number);
/* Other nodes that are computed together with it; one of them may be the one
 * that failed. NULL if there is no such one. */
LF_API size_t lf_error_fused_count(const lf_error *error);
LF_API const lf_node *lf_error_fused(const lf_error *error, size_t number);
/* As those of an error's innermost node. */
LF_API const char *lf_node_name(const lf_node *node);
LF_API int lf_node_is_output(const lf_node *node);
LF_API const char *lf_node_operator(const lf_node *node);
LF_API int lf_node_opset(const lf_node *node);
/* The sizes that the reason speaks of, when a run fails. NULL and 0 if there
 * is no such one. */
LF_API size_t lf_error_size_count(const lf_error *error);
LF_API const char *lf_error_size_name(const lf_error *error, size_t number);
LF_API int64_t lf_error_size_value(const lf_error *error, size_t number);
LF_API void lf_error_free(lf_error *error);

/* -- Buffers -------------------------------------------------------------- */
/* Text is followed by a NUL that its size does not count. */
LF_API const void *lf_buffer_data(const lf_buffer *buffer);
LF_API size_t lf_buffer_size(const lf_buffer *buffer);
LF_API void lf_buffer_free(lf_buffer *buffer);

/* -- Packages ------------------------------------------------------------- */
/* Opening verifies a package: one that opens runs or says why not, except that
 * its machine code is trusted (docs/package_format.md). The file is copied to
 * memory, or mapped if it is larger than 256 MiB: such a file must not be
 * written to while it is in use (renaming another over it is fine). A run after
 * that fails with LF_IO, where the system shows it. */
LF_API lf_status lf_package_open(const char *path, lf_package **package,
                                 lf_error **error);
/* Options: {"map": true} maps a file of any size: it loads faster, processes
 * share its memory, and weights are not checked for damage; {"map": false}
 * copies it. */
LF_API lf_status lf_package_open_with(const char *path, const char *options,
                                      lf_package **package, lf_error **error);
/* The bytes are copied. */
LF_API lf_status lf_package_from_bytes(const void *bytes, size_t size,
                                       lf_package **package, lf_error **error);
/* Replaces the file in one step; the new one has the permissions of the old.
 * A file that the model was compiled from is not replaced
 * (LF_INVALID_ARGUMENT). */
LF_API lf_status lf_package_save(const lf_package *package, const char *path,
                                 lf_error **error);
/* What a saved file holds. */
LF_API lf_status lf_package_bytes(const lf_package *package, lf_buffer **bytes,
                                  lf_error **error);
LF_API void lf_package_free(lf_package *package);
/* The files that it was compiled from, by their absolute paths: the model, then
 * those with external data. None for a package that was opened. NULL if there
 * is no such one. */
LF_API size_t lf_package_source_count(const lf_package *package);
LF_API const char *lf_package_source(const lf_package *package, size_t number);
/* 1 if a package begins with these bytes, of which the first 8 suffice. */
LF_API int lf_package_recognize(const void *bytes, size_t size);

/* Whether weights and code are what was saved, by their checksums; the rest was
 * compared when the package was opened. LF_INVALID_PACKAGE: they are not, or an
 * older Landfall saved no checksums. */
LF_API lf_status lf_package_check(const lf_package *package, lf_error **error);
/* Whether the package can be loaded on a device of this name (NULL: the one
 * that it was compiled for), without keeping it there. `options` as for
 * lf_model_load. */
LF_API lf_status lf_package_verify(const lf_package *package,
                                   const char *device, const char *options,
                                   lf_error **error);
/* What is in a package. `what` is "summary", a JSON object: target, producer,
 * model, variants, kernels with the model nodes that they compute and, where
 * the target does not run them natively, "fallback": {"reason", "host_code":
 * whether the host has machine code for it}, host steps, sizes; "program", the
 * host's instructions as text; or "kernels", the kernels' descriptions as text.
 */
LF_API lf_status lf_package_describe(const lf_package *package,
                                     const char *what, lf_buffer **text,
                                     lf_error **error);

/* Ways to run a package, "main" the usual one. They and their ports live as
 * long as the package and as any model loaded from it. */
LF_API size_t lf_package_entry_count(const lf_package *package);
/* NULL if there is no such entry. */
LF_API const lf_entry *lf_package_entry(const lf_package *package,
                                        size_t number);
/* By its name, NULL: "main". */
LF_API const lf_entry *lf_package_find_entry(const lf_package *package,
                                             const char *name);
LF_API const char *lf_entry_name(const lf_entry *entry);
LF_API size_t lf_entry_input_count(const lf_entry *entry);
LF_API size_t lf_entry_output_count(const lf_entry *entry);
/* NULL if there is no such port. */
LF_API const lf_port *lf_entry_input(const lf_entry *entry, size_t number);
LF_API const lf_port *lf_entry_output(const lf_entry *entry, size_t number);

LF_API const char *lf_port_name(const lf_port *port);
LF_API lf_kind lf_port_kind(const lf_port *port);
/* Of a tensor, or of a container's tensors. */
LF_API lf_dtype lf_port_dtype(const lf_port *port);
/* -1: not a tensor, or one of any rank. */
LF_API int lf_port_rank(const lf_port *port);
/* The extent; -1: it is free. */
LF_API int64_t lf_port_extent(const lf_port *port, int dimension);
/* The name of a free dimension; equal names have equal extents. "" if none. */
LF_API const char *lf_port_symbol(const lf_port *port, int dimension);
/* "float32 1x3xHxW", for a message. */
LF_API const char *lf_port_text(const lf_port *port);
/* 1: the input has a default value, and a run may give it none. */
LF_API int lf_port_has_default(const lf_port *port);

/* -- Compiling ------------------------------------------------------------ */
/* Needs the library liblandfall_compiler beside this one; nothing else does.
 * Options: {"device": "cpu"} names what to compile for; "variants": machines to
 * generate code for (["native"]: this one; [], the default: all that the target
 * has); "require_target": true fails where the target does not run a kernel
 * natively, or the host would compute what is not its work by nature
 * (docs/host_work.md); "strict_names": true makes runs fail
 * where dimensions of one name have several extents, which else is a warning
 * (lf_run_options_set_warning); "cache": false generates code anew that the
 * user's cache has (docs/cli.md), and keeps none; "precision": "bf16" rounds
 * factors of sums of products of f32 to bf16, which changes results
 * (docs/narrow_types.md; "f32", the default, does not); "dynamic": {"x":
 * "?x3x?x?"} makes extents of inputs free that a model was exported with as
 * numbers, and refuses a model whose constants do not say what they are at
 * other sizes (LF_UNSUPPORTED; a name or number that is not the model's:
 * LF_INVALID_ARGUMENT), docs/cli.md; "print_after": names of steps, or "all",
 * whose result `progress` is to get; "dump_dir": a folder for files that show
 * how each step and each kernel was made (docs/cli.md), "" for none;
 * "skip_steps": names of optimisations to leave out, to find one that breaks
 * something (a wrong name is refused with those that there are).
 *
 * `progress` may be NULL. It is called from the compiling thread when a step
 * has ended (`ir` NULL) and with a step's IR (`milliseconds` 0), also with
 * warnings about the model and which kernels fall back, as the `ir` of the step
 * "warning"; the strings die with the call. */
typedef void (*lf_progress)(void *user, const char *step, double milliseconds,
                            const char *ir);
LF_API lf_status lf_compile_file(const char *path, const char *options,
                                 lf_progress progress, void *user,
                                 lf_package **package, lf_error **error);
/* A serialised ModelProto, used during the call only; external data is looked
 * up in `directory` (NULL: there is none). */
LF_API lf_status lf_compile_bytes(const void *bytes, size_t size,
                                  const char *directory, const char *options,
                                  lf_progress progress, void *user,
                                  lf_package **package, lf_error **error);

/* Where each node of a model's main graph would run with these options, without
 * compiling it. A JSON object: {"target", "nodes": [{"number": the node's place
 * in the file, "name", "operator", "outputs", "where", "reason"}]}. `where` is
 * "device"; "fallback", and then why the target does not run it natively;
 * "host", and then what the host does; "compiler" if nothing is left
 * to run; "nowhere" if no output depends on it; "refused" if it cannot be
 * compiled; "unknown" if a refused node feeds it and the model does not declare
 * the type. A model all of whose nodes are something else compiles. */
LF_API lf_status lf_query_file(const char *path, const char *options,
                               lf_buffer **json, lf_error **error);
LF_API lf_status lf_query_bytes(const void *bytes, size_t size,
                                const char *directory, const char *options,
                                lf_buffer **json, lf_error **error);

/* -- Devices -------------------------------------------------------------- */
/* The devices that this library has drivers for, whether or not they are here:
 * "cpu", "reef1". A name may also be "DRIVER:FILE" with a description of a
 * device. NULL if there is no such number. */
LF_API size_t lf_device_count(void);
LF_API const char *lf_device_name(size_t number);
/* A JSON object: {"name", "target", "simulated", "hardware", "threads",
 * "memory_bytes" (0: the host's), "details": lines for a person, "peaks":
 * {dtype: multiply-adds a second}}. Fails where the device is not here. */
LF_API lf_status lf_device_describe(const char *device, lf_buffer **json,
                                    lf_error **error);

/* -- Models --------------------------------------------------------------- */
/* `device` NULL: the first that the package's target has. {"threads": 0,
 * "own_process": false, "timeout_seconds": 60} are the default options: 0
 * threads are all that the machine has, a simulated device may run in a process
 * of its own, and one that shows no sign of life for so long is given up, as is
 * a kernel that takes so long by its clock. {"require_target": true} refuses a
 * package whose target does not run all kernels natively, or whose host would
 * compute what is not its work by nature (docs/host_work.md): LF_UNSUPPORTED
 * with the node and the reason; so do runs fail at sizes that the device
 * refuses. {"dump_dir": "calls"} is a folder for launches as text
 * (docs/cli.md). The model keeps what it needs of the package. */
LF_API lf_status lf_model_load(const lf_package *package, const char *device,
                               const char *options, lf_model **model,
                               lf_error **error);
LF_API void lf_model_free(lf_model *model);
/* The entry of this name, NULL: "main"; NULL if there is none. */
LF_API const lf_entry *lf_model_find_entry(const lf_model *model,
                                           const char *name);
/* Of "main". */
LF_API size_t lf_model_input_count(const lf_model *model);
LF_API size_t lf_model_output_count(const lf_model *model);
LF_API const lf_port *lf_model_input(const lf_model *model, size_t number);
LF_API const lf_port *lf_model_output(const lf_model *model, size_t number);
/* What lf_device_describe says, of the device that holds the model. */
LF_API lf_status lf_model_describe_device(const lf_model *model,
                                          lf_buffer **json, lf_error **error);
/* What the device has counted since it was made, a JSON object: {"cycles",
 * "hertz", "instructions", "multiply_adds", "memory_bytes", "engines":
 * [{"name", "units", "busy", "stalled"}]}. LF_UNSUPPORTED where it does not
 * count. */
LF_API lf_status lf_model_counters(const lf_model *model, lf_buffer **json,
                                   lf_error **error);

/* -- Sessions ------------------------------------------------------------- */
LF_API lf_status lf_session_create(const lf_model *model, lf_session **session,
                                   lf_error **error);
LF_API void lf_session_free(lf_session *session);
/* The counts must be the entry's. Inputs stay the caller's; each output is the
 * caller's to free, and independent of later runs. Concurrent calls on one
 * session run one after the other. `options` NULL: the defaults. */
LF_API lf_status lf_session_run(lf_session *session,
                                const lf_run_options *options,
                                const lf_value *const *inputs,
                                size_t input_count, lf_value **outputs,
                                size_t output_count, lf_error **error);
/* The same, with results in the caller's memory: each output was made by
 * lf_tensor_reserve, and takes the shape of its result. A result of another
 * type, or that needs more bytes than there are, is LF_INVALID_ARGUMENT; what
 * the outputs then hold is undefined. */
LF_API lf_status lf_session_run_into(lf_session *session,
                                     const lf_run_options *options,
                                     const lf_value *const *inputs,
                                     size_t input_count,
                                     lf_value *const *outputs,
                                     size_t output_count, lf_error **error);
/* Ends the run that is under way, from any thread: it returns LF_CANCELLED when
 * the device has finished what it has begun. Nothing happens if there is none.
 * May be called in a signal handler. */
LF_API void lf_session_cancel(lf_session *session);
/* Runs `repeat` times, each launch waited for and timed. A JSON object, times
 * in ms of one run: {"total", "kernels": {number: row}, "nodes": {names: row},
 * "places": {where: row}, "refused": [row], "runs"}; `where` a kernel's
 * launches are executed is "device"; "slow_path", on the device without code of
 * its own; "host_code" or "interpreter", on the host. A kernel's row has
 * "where"; each row {"ms", "launches", "multiply_adds" (sums of products),
 * "bytes" (of all operands, each once a launch), "copied_bytes" (between device
 * and host, for launches on the host), "counters" (of all runs; where the
 * device counts), "possible" (multiply-adds at the device's peak)}. The rows of
 * "refused" are of launches whose sizes the device refused, so that the host
 * interpreted them; they have "kernel" and "reason" too. */
LF_API lf_status lf_session_profile(lf_session *session,
                                    const lf_run_options *options,
                                    const lf_value *const *inputs,
                                    size_t input_count, int repeat,
                                    lf_buffer **json, lf_error **error);

/* Numbers of one run. */
typedef struct lf_statistics {
  double total_ms;
  double planning_ms; /* Host time up to the first launch. */
  uint64_t arena_bytes;
  uint64_t launches;
} lf_statistics;

/* What may differ from run to run. Not to be changed while a run uses it. */
LF_API lf_status lf_run_options_create(lf_run_options **options,
                                       lf_error **error);
LF_API void lf_run_options_free(lf_run_options *options);
/* The entry to run; NULL: "main". */
LF_API lf_status lf_run_options_set_entry(lf_run_options *options,
                                          const char *name, lf_error **error);
/* Not 0: each kernel is compared with the interpreter (slow), and the run fails
 * at the first that diverges. */
LF_API void lf_run_options_set_verify(lf_run_options *options, int verify);
/* A run that takes longer fails with LF_CANCELLED, as if lf_session_cancel had
 * been called; waiting for another run of the session does not count. 0: no
 * limit. A number that is negative or none is LF_INVALID_ARGUMENT. */
LF_API lf_status lf_run_options_set_time_limit(lf_run_options *options,
                                               double seconds,
                                               lf_error **error);
/* The most bytes of tensors that a run may hold at once: intermediate ones,
 * copies of inputs, results but for those in the caller's memory. A run that
 * needs more fails with LF_OUT_OF_MEMORY before it allocates them; the error's
 * sizes are "bytes in use", "bytes needed" and "memory limit". 0: no limit. */
LF_API void lf_run_options_set_memory_limit(lf_run_options *options,
                                            uint64_t bytes);
/* The most steps that one kernel may take where it is interpreted: on the null
 * device, or as it falls back without machine code. A kernel that takes more
 * fails with LF_CANCELLED, naming its nodes; unlike a time limit, on every
 * machine alike. 0: no limit. */
LF_API void lf_run_options_set_step_limit(lf_run_options *options,
                                          uint64_t steps);
/* Filled in by each run; NULL: by none. Must stay until the options are freed
 * or told otherwise. */
LF_API void lf_run_options_set_statistics(lf_run_options *options,
                                          lf_statistics *statistics);
/* Called by a run, on its thread: once a session, if inputs have several
 * extents for one name of a dimension; by every run, for each kernel at whose
 * sizes the device refused launches, so that the host interpreted them. The
 * text dies with the call. */
typedef void (*lf_warning)(void *user, const char *text);
LF_API void lf_run_options_set_warning(lf_run_options *options,
                                       lf_warning warning, void *user);
/* Called by lf_session_run, on its thread, when the shape of a tensor of
 * numbers that is an output is known: the place for its bytes, at least as many
 * as are asked for and to stay until the output is freed; NULL: the library
 * makes one. */
typedef void *(*lf_output_memory)(void *user, size_t output, lf_dtype dtype,
                                  const int64_t *dims, size_t rank,
                                  size_t bytes);
LF_API void lf_run_options_set_output_memory(lf_run_options *options,
                                             lf_output_memory memory,
                                             void *user);

#ifdef __cplusplus
}
#endif

#endif /* LANDFALL_H */
