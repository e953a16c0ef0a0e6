lf.entry "main" {
  %x = lf.input 0 "x" : tensor<?x4xf32>
  %n = lf.dim %x, 0 as "n" : tensor<?x4xf32>
  %four = lf.size "4"
  // expected-error @+1 {{'lf.map' op has 1 extents, result is 'tensor<?x4xi64>'}}
  %y = lf.map [%n] {
  ^bb0(%i: i64):
    lf.yield %i : i64
  } : tensor<?x4xi64>
}

// -----

lf.entry "main" {
  %x = lf.input 0 "x" : tensor<?x4xf32>
  %n = lf.dim %x, 0 as "n" : tensor<?x4xf32>
  %four = lf.size "4"
  // expected-error @+1 {{'lf.map' op region takes 2 arguments, expected 1}}
  %y = lf.map [%n] {
  ^bb0(%i: i64, %j: i64):
    lf.yield %i : i64
  } : tensor<?xi64>
}

// -----

lf.entry "main" {
  %x = lf.input 0 "x" : tensor<?x4xf32>
  %n = lf.dim %x, 0 as "n" : tensor<?x4xf32>
  %four = lf.size "4"
  // expected-error @+1 {{'lf.map' op region argument #0 is 'f32', expected 'i64'}}
  %y = lf.map [%n] {
  ^bb0(%i: f32):
    lf.yield %i : f32
  } : tensor<?xf32>
}

// -----

lf.entry "main" {
  %x = lf.input 0 "x" : tensor<?x4xf32>
  %n = lf.dim %x, 0 as "n" : tensor<?x4xf32>
  %four = lf.size "4"
  // expected-error @+1 {{'lf.map' op yielded value #0 is 'i64', expected 'f32'}}
  %y = lf.map [%n] {
  ^bb0(%i: i64):
    lf.yield %i : i64
  } : tensor<?xf32>
}

// -----

lf.entry "main" {
  %x = lf.input 0 "x" : tensor<?x4xf32>
  %n = lf.dim %x, 0 as "n" : tensor<?x4xf32>
  %four = lf.size "4"
  // expected-error @+1 {{'lf.map' op region yields 2 values, expected 1}}
  %y = lf.map [%n] {
  ^bb0(%i: i64):
    lf.yield %i, %i : i64, i64
  } : tensor<?xi64>
}

// -----

lf.entry "main" {
  %x = lf.input 0 "x" : tensor<?x4xf32>
  %n = lf.dim %x, 0 as "n" : tensor<?x4xf32>
  %four = lf.size "4"
  %y = lf.map [%n, %four] {
  ^bb0(%i: i64, %j: i64):
    // expected-error @+1 {{'lf.map' op must stand in a graph}}
    %y2 = lf.map [%n] {
    ^bb0(%k: i64):
      lf.yield %k : i64
    } : tensor<?xi64>
    %e = lf.load %x[%i, %j] : tensor<?x4xf32> -> f32
    lf.yield %e : f32
  } : tensor<?x4xf32>
}
