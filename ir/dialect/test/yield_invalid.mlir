lf.entry "main" {
  // expected-error @+1 {{'lf.yield' op expects parent op to be one of}}
  lf.yield
}

// -----

lf.entry "main" {
  %x = lf.input 0 "x" : tensor<?x4xf32>
  %n = lf.dim %x, 0 as "n" : tensor<?x4xf32>
  %four = lf.size "4"
  %y = lf.map [%n, %four] {
  ^bb0(%i: i64, %j: i64):
    // expected-error @+1 {{'lf.yield' op must be the last operation in the parent block}}
    lf.yield %i : i64
    %e = lf.load %x[%i, %j] : tensor<?x4xf32> -> f32
    lf.yield %e : f32
  } : tensor<?x4xf32>
}
