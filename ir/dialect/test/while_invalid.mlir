lf.entry "main" {
  %x = lf.input 0 "x" : tensor<?x4xf32>
  %n = lf.dim %x, 0 as "n" : tensor<?x4xf32>
  %four = lf.size "4"
  %y = lf.map [%n, %four] {
  ^bb0(%i: i64, %j: i64):
    %e = lf.load %x[%i, %j] : tensor<?x4xf32> -> f32
    %z = lf.literal 0 : i64
    // expected-error @+1 {{'lf.while' op carries other types than its results have}}
    %s = lf.while carry (%e : f32) {
    ^bb0(%a: f32):
      %more = lf.scalar lt(%a, %e) : (f32, f32) -> i1
      lf.yield %more, %a : i1, f32
    } -> (f64)
    lf.yield %e : f32
  } : tensor<?x4xf32>
}

// -----

lf.entry "main" {
  %x = lf.input 0 "x" : tensor<?x4xf32>
  %n = lf.dim %x, 0 as "n" : tensor<?x4xf32>
  %four = lf.size "4"
  %y = lf.map [%n, %four] {
  ^bb0(%i: i64, %j: i64):
    %e = lf.load %x[%i, %j] : tensor<?x4xf32> -> f32
    %z = lf.literal 0 : i64
    // expected-error @+1 {{'lf.while' op region yields 1 values, expected 2}}
    %s = lf.while carry (%e : f32) {
    ^bb0(%a: f32):
      %more = lf.scalar lt(%a, %e) : (f32, f32) -> i1
      lf.yield %a : f32
    } -> (f32)
    lf.yield %e : f32
  } : tensor<?x4xf32>
}

// -----

lf.entry "main" {
  %x = lf.input 0 "x" : tensor<?x4xf32>
  %n = lf.dim %x, 0 as "n" : tensor<?x4xf32>
  %four = lf.size "4"
  %y = lf.map [%n, %four] {
  ^bb0(%i: i64, %j: i64):
    %e = lf.load %x[%i, %j] : tensor<?x4xf32> -> f32
    %z = lf.literal 0 : i64
    // expected-error @+1 {{'lf.while' op yielded value #0 is 'f32', expected 'i1'}}
    %s = lf.while carry (%e : f32) {
    ^bb0(%a: f32):
      %more = lf.scalar lt(%a, %e) : (f32, f32) -> i1
      lf.yield %a, %a : f32, f32
    } -> (f32)
    lf.yield %e : f32
  } : tensor<?x4xf32>
}
