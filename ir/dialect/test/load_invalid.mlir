lf.entry "main" {
  %x = lf.input 0 "x" : tensor<?x4xf32>
  %n = lf.dim %x, 0 as "n" : tensor<?x4xf32>
  %four = lf.size "4"
  %y = lf.map [%n, %four] {
  ^bb0(%i: i64, %j: i64):
    %e = lf.load %x[%i, %j] : tensor<?x4xf32> -> f32
    // expected-error @+1 {{'lf.load' op has 1 indices for 'tensor<?x4xf32>'}}
    %a = lf.load %x[%i] : tensor<?x4xf32> -> f32
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
    // expected-error @+1 {{'lf.load' op gives 'f64' from 'tensor<?x4xf32>'}}
    %a = lf.load %x[%i, %j] : tensor<?x4xf32> -> f64
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
    %t = lf.literal true
    // expected-error @+1 {{'lf.load' op other value is 'i64', expected 'f32'}}
    %a = lf.load %x[%i, %j] if %t else %i : i64 : tensor<?x4xf32> -> f32
    lf.yield %e : f32
  } : tensor<?x4xf32>
}

// -----

lf.entry "main" {
  %x = lf.input 0 "x" : tensor<?x4xf32>
  %n = lf.dim %x, 0 as "n" : tensor<?x4xf32>
  %four = lf.size "4"
  // expected-error @+1 {{'lf.load' op must stand in the body of}}
  %a = lf.load %x[%n, %n] : tensor<?x4xf32> -> f32
}
