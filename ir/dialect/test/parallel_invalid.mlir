lf.entry "main" {
  %x = lf.input 0 "x" : tensor<?x4xf32>
  %n = lf.dim %x, 0 as "n" : tensor<?x4xf32>
  %four = lf.size "4"
  // expected-error @+1 {{'lf.parallel' op has 1 extents, expected 2}}
  %y = lf.parallel [%n] dims [%n] from [%x] [0] {
  ^bb0(%i: i64, %out: tensor<?x4xf32>):
    lf.yield
  } : (tensor<?x4xf32>) -> tensor<?x4xf32>
}

// -----

lf.entry "main" {
  %x = lf.input 0 "x" : tensor<?x4xf32>
  %n = lf.dim %x, 0 as "n" : tensor<?x4xf32>
  %four = lf.size "4"
  // expected-error @+1 {{'lf.parallel' op initial_of must have one entry a result}}
  %y = lf.parallel [%n] dims [%n, %four] from [%x] [0, 0] {
  ^bb0(%i: i64, %out: tensor<?x4xf32>):
    lf.yield
  } : (tensor<?x4xf32>) -> tensor<?x4xf32>
}

// -----

lf.entry "main" {
  %x = lf.input 0 "x" : tensor<?x4xf32>
  %n = lf.dim %x, 0 as "n" : tensor<?x4xf32>
  %four = lf.size "4"
  // expected-error @+1 {{'lf.parallel' op has no initial value #1}}
  %y = lf.parallel [%n] dims [%n, %four] from [%x] [1] {
  ^bb0(%i: i64, %out: tensor<?x4xf32>):
    lf.yield
  } : (tensor<?x4xf32>) -> tensor<?x4xf32>
}

// -----

lf.entry "main" {
  %x = lf.input 0 "x" : tensor<?x4xf32>
  %n = lf.dim %x, 0 as "n" : tensor<?x4xf32>
  %four = lf.size "4"
  // expected-error @+1 {{'lf.parallel' op initial value #0 is 'tensor<?x4xf32>', its result is 'tensor<?x4xf64>'}}
  %y = lf.parallel [%n] dims [%n, %four] from [%x] [0] {
  ^bb0(%i: i64, %out: tensor<?x4xf32>):
    lf.yield
  } : (tensor<?x4xf32>) -> tensor<?x4xf64>
}

// -----

lf.entry "main" {
  %x = lf.input 0 "x" : tensor<?x4xf32>
  %n = lf.dim %x, 0 as "n" : tensor<?x4xf32>
  %four = lf.size "4"
  // expected-error @+1 {{'lf.parallel' op region takes 1 arguments, expected 2}}
  %y = lf.parallel [%n] dims [%n, %four] from [%x] [0] {
  ^bb0(%out: tensor<?x4xf32>):
    lf.yield
  } : (tensor<?x4xf32>) -> tensor<?x4xf32>
}

// -----

lf.entry "main" {
  %x = lf.input 0 "x" : tensor<?x4xf32>
  %n = lf.dim %x, 0 as "n" : tensor<?x4xf32>
  %four = lf.size "4"
  // expected-error @+1 {{'lf.parallel' op region yields 1 values, expected 0}}
  %y = lf.parallel [%n] dims [%n, %four] from [%x] [0] {
  ^bb0(%i: i64, %out: tensor<?x4xf32>):
    lf.yield %i : i64
  } : (tensor<?x4xf32>) -> tensor<?x4xf32>
}
