lf.entry "main" {
  %x = lf.input 0 "x" : tensor<?x4xf32>
  %n = lf.dim %x, 0 as "n" : tensor<?x4xf32>
  %four = lf.size "4"
  // expected-error @+1 {{'lf.contract' op has 2 extents, result is 'tensor<?xf32>'}}
  %y = lf.contract [%n, %n] sum [%four] {
  ^bb0(%i: i64, %j: i64, %k: i64):
    %a = lf.load %x[%i, %k] : tensor<?x4xf32> -> f32
    %b = lf.load %x[%j, %k] : tensor<?x4xf32> -> f32
    lf.yield %a, %b : f32, f32
  } epilogue {
  ^bb0(%i: i64, %j: i64, %sum: f32):
    lf.yield %sum : f32
  } : tensor<?xf32>
}

// -----

lf.entry "main" {
  %x = lf.input 0 "x" : tensor<?x4xf32>
  %n = lf.dim %x, 0 as "n" : tensor<?x4xf32>
  %four = lf.size "4"
  // expected-error @+1 {{'lf.contract' op factors have types 'f32' and 'i64', expected one type}}
  %y = lf.contract [%n, %n] sum [%four] {
  ^bb0(%i: i64, %j: i64, %k: i64):
    %a = lf.load %x[%i, %k] : tensor<?x4xf32> -> f32
    %b = lf.load %x[%j, %k] : tensor<?x4xf32> -> f32
    lf.yield %a, %k : f32, i64
  } epilogue {
  ^bb0(%i: i64, %j: i64, %sum: f32):
    lf.yield %sum : f32
  } : tensor<?x?xf32>
}

// -----

lf.entry "main" {
  %x = lf.input 0 "x" : tensor<?x4xf32>
  %n = lf.dim %x, 0 as "n" : tensor<?x4xf32>
  %four = lf.size "4"
  // expected-error @+1 {{'lf.contract' op region yields 1 values, expected 2}}
  %y = lf.contract [%n, %n] sum [%four] {
  ^bb0(%i: i64, %j: i64, %k: i64):
    %a = lf.load %x[%i, %k] : tensor<?x4xf32> -> f32
    %b = lf.load %x[%j, %k] : tensor<?x4xf32> -> f32
    lf.yield %a : f32
  } epilogue {
  ^bb0(%i: i64, %j: i64, %sum: f32):
    lf.yield %sum : f32
  } : tensor<?x?xf32>
}

// -----

lf.entry "main" {
  %x = lf.input 0 "x" : tensor<?x4xf32>
  %n = lf.dim %x, 0 as "n" : tensor<?x4xf32>
  %four = lf.size "4"
  // expected-error @+1 {{'lf.contract' op region argument #2 is 'f64', expected 'f32'}}
  %y = lf.contract [%n, %n] sum [%four] {
  ^bb0(%i: i64, %j: i64, %k: i64):
    %a = lf.load %x[%i, %k] : tensor<?x4xf32> -> f32
    %b = lf.load %x[%j, %k] : tensor<?x4xf32> -> f32
    lf.yield %a, %b : f32, f32
  } epilogue {
  ^bb0(%i: i64, %j: i64, %sum: f64):
    lf.yield %sum : f64
  } : tensor<?x?xf64>
}

// -----

lf.entry "main" {
  %x = lf.input 0 "x" : tensor<?x4xf32>
  %n = lf.dim %x, 0 as "n" : tensor<?x4xf32>
  %four = lf.size "4"
  // expected-error @+1 {{'lf.contract' op yielded value #0 is 'i64', expected 'f32'}}
  %y = lf.contract [%n, %n] sum [%four] {
  ^bb0(%i: i64, %j: i64, %k: i64):
    %a = lf.load %x[%i, %k] : tensor<?x4xf32> -> f32
    %b = lf.load %x[%j, %k] : tensor<?x4xf32> -> f32
    lf.yield %a, %b : f32, f32
  } epilogue {
  ^bb0(%i: i64, %j: i64, %sum: f32):
    lf.yield %i : i64
  } : tensor<?x?xf32>
}
