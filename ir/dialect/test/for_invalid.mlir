lf.entry "main" {
  %x = lf.input 0 "x" : tensor<?x4xf32>
  %n = lf.dim %x, 0 as "n" : tensor<?x4xf32>
  %four = lf.size "4"
  %y = lf.map [%n, %four] {
  ^bb0(%i: i64, %j: i64):
    %e = lf.load %x[%i, %j] : tensor<?x4xf32> -> f32
    %z = lf.literal 0 : i64
    // expected-error @+1 {{'lf.for' op carries other types than its results have}}
    %s:2 = lf.for %z to %n carry (%e, %i : f32, i64) {
    ^bb0(%k: i64, %a: f32, %b: i64):
      lf.yield %a, %k : f32, i64
    } -> (f32, f32)
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
    // expected-error @+1 {{'lf.for' op region takes 4 arguments, expected 3}}
    %s:2 = lf.for %z to %n carry (%e, %i : f32, i64) {
    ^bb0(%k: i64, %a: f32, %b: i64, %c: i64):
      lf.yield %a, %k : f32, i64
    } -> (f32, i64)
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
    // expected-error @+1 {{'lf.for' op yielded value #0 is 'i64', expected 'f32'}}
    %s:2 = lf.for %z to %n carry (%e, %i : f32, i64) {
    ^bb0(%k: i64, %a: f32, %b: i64):
      lf.yield %k, %k : i64, i64
    } -> (f32, i64)
    lf.yield %e : f32
  } : tensor<?x4xf32>
}
