/*===- values.h - Tensors, sequences and maps in C --------------*- C -*-===*\
|*
|* Part of Landfall, under the Apache License v2.0.
|*
|* A part of landfall.h, which is the one to include; its rules hold here.
|*
\*===----------------------------------------------------------------------===*/
#ifndef LANDFALL_VALUES_H
#define LANDFALL_VALUES_H

#ifndef LANDFALL_H
#error "include <landfall/landfall.h>"
#endif

/* Element types have the numbers of ONNX's TensorProto.DataType. Types below
 * a byte take one byte an element, sign-extended if they are signed; the
 * functions with "packed" in their name convert. */
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
/* As numpy and ml_dtypes call it: "float32", "float8_e4m3fn", "int4"; "string".
 * NULL: there is no such type. */
LF_API const char *lf_dtype_name(lf_dtype dtype);
/* 0: there is no such type. */
LF_API lf_dtype lf_dtype_from_name(const char *name);
/* Bytes of an element in a tensor; 0 for strings. */
LF_API size_t lf_dtype_size(lf_dtype dtype);

typedef enum lf_kind {
  LF_NONE = 0, /* An absent optional. */
  LF_TENSOR = 1,
  LF_SEQUENCE = 2,
  LF_MAP = 3,
  LF_OPTIONAL = 4 /* In signatures only: none, or a value. */
} lf_kind;

/* -- Making values -------------------------------------------------------- */
/* A dense row-major tensor. `data` is copied; NULL: zeros. `bytes` must be what
 * the shape needs. */
LF_API lf_status lf_tensor_create(lf_dtype dtype, const int64_t *dims,
                                  size_t rank, const void *data, size_t bytes,
                                  lf_value **value, lf_error **error);
/* Uses the caller's bytes, which must stay until the value is freed. Aligned
 * to 16 bytes, they are used without a copy where the device allows it. */
LF_API lf_status lf_tensor_borrow(lf_dtype dtype, const int64_t *dims,
                                  size_t rank, const void *data, size_t bytes,
                                  lf_value **value, lf_error **error);
/* Room for a result of lf_session_run_into in the caller's memory, which must
 * stay until the value is freed. It has the shape of no elements until then. */
LF_API lf_status lf_tensor_reserve(lf_dtype dtype, void *data, size_t bytes,
                                   lf_value **value, lf_error **error);
/* Unpacks a type below a byte, as ONNX packs it: two elements of 4 bits or four
 * of 2 bits in a byte, the first in the lowest bits. */
LF_API lf_status lf_tensor_create_packed(lf_dtype dtype, const int64_t *dims,
                                         size_t rank, const void *data,
                                         size_t bytes, lf_value **value,
                                         lf_error **error);
/* `sizes` are the strings' bytes, which may then hold NUL; NULL: each ends with
 * the first NUL. */
LF_API lf_status lf_tensor_create_strings(const int64_t *dims, size_t rank,
                                          const char *const *strings,
                                          const size_t *sizes, lf_value **value,
                                          lf_error **error);
/* The elements may be freed after that; the bytes of borrowed ones must stay.
 */
LF_API lf_status lf_sequence_create(const lf_value *const *elements,
                                    size_t count, lf_value **value,
                                    lf_error **error);
/* A map from texts or integers, of which one list is given and the other NULL,
 * to tensors; `key_sizes` as for strings. */
LF_API lf_status lf_map_create(const char *const *text_keys,
                               const size_t *key_sizes,
                               const int64_t *integer_keys,
                               const lf_value *const *values, size_t count,
                               lf_value **value, lf_error **error);
LF_API lf_status lf_none_create(lf_value **value, lf_error **error);
LF_API void lf_value_free(lf_value *value);

/* -- Reading values ------------------------------------------------------- */
LF_API lf_kind lf_value_kind(const lf_value *value);
/* Of tensors; zero, NULL or "" for anything else. */
LF_API lf_dtype lf_tensor_dtype(const lf_value *value);
LF_API size_t lf_tensor_rank(const lf_value *value);
LF_API const int64_t *lf_tensor_dims(const lf_value *value);
LF_API size_t lf_tensor_element_count(const lf_value *value);
LF_API size_t lf_tensor_bytes(const lf_value *value);
LF_API const void *lf_tensor_data(const lf_value *value);
/* Bytes that the elements take when they are packed: those of lf_tensor_bytes,
 * but for types below a byte. */
LF_API size_t lf_tensor_packed_bytes(const lf_value *value);
/* Writes so many bytes to `data`, which has room for `bytes` of them. */
LF_API lf_status lf_tensor_copy_packed(const lf_value *value, void *data,
                                       size_t bytes, lf_error **error);
/* Followed by a NUL that the size does not count; it may hold others. */
LF_API const char *lf_tensor_string(const lf_value *value, size_t element);
LF_API size_t lf_tensor_string_size(const lf_value *value, size_t element);
/* Of sequences and maps. The elements belong to the value. */
LF_API size_t lf_value_count(const lf_value *value);
LF_API const lf_value *lf_value_element(const lf_value *value, size_t number);
/* A map's key: the text, or NULL where it is an integer. */
LF_API const char *lf_map_text_key(const lf_value *value, size_t number);
LF_API size_t lf_map_text_key_size(const lf_value *value, size_t number);
LF_API int64_t lf_map_integer_key(const lf_value *value, size_t number);

#endif /* LANDFALL_VALUES_H */
