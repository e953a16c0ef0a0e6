/*===- custom_operator.c - An application's own operator --------*- C -*-===*\
|*
|* Part of Landfall, under the Apache License v2.0.
|*
|* A library for SessionOptions.register_custom_ops_library: application.Twice,
|* y = 2 x of float32. The provider knows no such operator.
|*
\*===----------------------------------------------------------------------===*/
#include <stddef.h>
#include <stdint.h>

typedef const void *const *Table; /* OrtApi: functions by their slots. */
typedef struct {
  Table (*get_api)(uint32_t version);
} ApiBase;

typedef struct Operator { /* OrtCustomOp. */
  uint32_t version;
  void *(*create_kernel)(const struct Operator *, Table, const void *);
  const char *(*name)(const struct Operator *);
  const char *(*provider)(const struct Operator *);
  int (*input_type)(const struct Operator *, size_t);
  size_t (*input_count)(const struct Operator *);
  int (*output_type)(const struct Operator *, size_t);
  size_t (*output_count)(const struct Operator *);
  void (*compute)(void *, void *);
  void (*destroy)(void *);
  int (*characteristic[2])(const struct Operator *, size_t); /* 0: required. */
  int (*memory_type)(const struct Operator *, size_t);
  const void *optional[13]; /* Variadic operands, shapes, versions, aliases. */
} Operator;

static Table api;

static void *create(const Operator *op, Table table, const void *info) {
  (void)op, (void)info;
  api = table;
  return &api;
}
static const char *name(const Operator *op) { return (void)op, "Twice"; }
static const char *provider(const Operator *op) { return (void)op, NULL; }
static int type(const Operator *op, size_t k) { return (void)op, (void)k, 1; }
static size_t count(const Operator *op) { return (void)op, 1; }
static int zero(const Operator *op, size_t k) { return (void)op, (void)k, 0; }
static void destroy(void *kernel) { (void)kernel; }

static void compute(void *kernel, void *context) {
  void *(*get_input)(void *, size_t, const void **) = api[90];
  void *(*get_output)(void *, size_t, const int64_t *, size_t, void **) =
      api[91];
  void *(*get_data)(void *, void **) = api[51];
  void *(*get_shape)(const void *, int *, const int64_t **, size_t *) =
      api[414];
  const void *x;
  void *y;
  float *from, *to;
  const int64_t *dims;
  size_t rank, elements = 1;
  int dtype;
  (void)kernel;
  get_input(context, 0, &x);
  get_shape(x, &dtype, &dims, &rank);
  get_output(context, 0, dims, rank, &y);
  get_data((void *)x, (void **)&from);
  get_data(y, (void **)&to);
  for (size_t d = 0; d < rank; ++d)
    elements *= (size_t)dims[d];
  for (size_t i = 0; i < elements; ++i)
    to[i] = 2 * from[i];
}

static const Operator twice = {24,           create, name,  provider, type,
                               count,        type,   count, compute,  destroy,
                               {zero, zero}, zero,   {NULL}};

void *RegisterCustomOps(void *options, const ApiBase *base) {
  Table table = base->get_api(24);
  void *(*create_domain)(const char *, void **) = table[26];
  void *(*add_operator)(void *, const Operator *) = table[27];
  void *(*add_domain)(void *, void *) = table[28];
  void *domain;
  void *status = create_domain("application", &domain);
  if (!status)
    status = add_operator(domain, &twice);
  return status ? status : add_domain(options, domain);
}
