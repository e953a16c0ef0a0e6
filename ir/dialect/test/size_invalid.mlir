lf.entry "main" {
  // expected-error @+1 {{'lf.size' op has no expression}}
  %a = lf.size ""
}

// -----

lf.entry "main" {
  %x = lf.input 0 "x" : tensor<?x4xf32>
  %n = lf.dim %x, 0 as "n" : tensor<?x4xf32>
  %four = lf.size "4"
  // expected-error @+1 {{'lf.size' op operand #0 is no symbol}}
  %a = lf.size "n" of %four
}

// -----

lf.entry "main" {
  %x = lf.input 0 "x" : tensor<?x4xf32>
  %n = lf.dim %x, 0 as "n" : tensor<?x4xf32>
  %four = lf.size "4"
  %y = lf.map [%n, %four] {
  ^bb0(%i: i64, %j: i64):
    // expected-error @+1 {{'lf.size' op must stand in a graph}}
    %s = lf.size "3"
    %e = lf.load %x[%i, %j] : tensor<?x4xf32> -> f32
    lf.yield %e : f32
  } : tensor<?x4xf32>
}
