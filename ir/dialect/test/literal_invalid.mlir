lf.entry "main" {
  // expected-error @+1 {{'lf.literal' op must stand in the body of}}
  %a = lf.literal 1 : i64
}

// -----

lf.entry "main" {
  %x = lf.input 0 "x" : tensor<?x4xf32>
  %n = lf.dim %x, 0 as "n" : tensor<?x4xf32>
  %four = lf.size "4"
  %y = lf.map [%n, %four] {
  ^bb0(%i: i64, %j: i64):
    // expected-error @+1 {{'lf.literal' op result #0 must be a scalar of the core IR}}
    %a = lf.literal 1 : i128
    %e = lf.load %x[%i, %j] : tensor<?x4xf32> -> f32
    lf.yield %e : f32
  } : tensor<?x4xf32>
}
