lf.entry "main" {
  %x = lf.input 0 "x" : tensor<?x4xf32>
  %n = lf.dim %x, 0 as "n" : tensor<?x4xf32>
  %four = lf.size "4"
  %y = lf.map [%n, %four] {
  ^bb0(%i: i64, %j: i64):
    %e = lf.load %x[%i, %j] : tensor<?x4xf32> -> f32
    %t = lf.literal true
    // expected-error @+1 {{'lf.check' op must stand in the body of 'lf.parallel'}}
    lf.check %t, "never"
    lf.yield %e : f32
  } : tensor<?x4xf32>
}

// -----

lf.entry "main" {
  %x = lf.input 0 "x" : tensor<?x4xf32>
  %n = lf.dim %x, 0 as "n" : tensor<?x4xf32>
  %four = lf.size "4"
  %y = lf.parallel [%n] dims [%n, %four] from [] [-1] {
  ^bb0(%i: i64, %out: tensor<?x4xf32>):
    %j = lf.literal 0 : i64
    %t = lf.literal true
    // expected-error @+1 {{'lf.check' op has no message to fail with}}
    lf.check %t, ""
    lf.yield
  } : () -> tensor<?x4xf32>
}

// -----

lf.entry "main" {
  %x = lf.input 0 "x" : tensor<?x4xf32>
  %n = lf.dim %x, 0 as "n" : tensor<?x4xf32>
  %four = lf.size "4"
  %y = lf.parallel [%n] dims [%n, %four] from [] [-1] {
  ^bb0(%i: i64, %out: tensor<?x4xf32>):
    %t = lf.literal true
    // expected-error @+1 {{'lf.check' op must name the value that it reports, and no other}}
    "lf.check"(%t, %i) <{message = "never"}> : (i1, i64) -> ()
    lf.yield
  } : () -> tensor<?x4xf32>
}
