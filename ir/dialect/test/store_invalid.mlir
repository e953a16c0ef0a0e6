lf.entry "main" {
  %x = lf.input 0 "x" : tensor<?x4xf32>
  %n = lf.dim %x, 0 as "n" : tensor<?x4xf32>
  %four = lf.size "4"
  %y = lf.parallel [%n] dims [%n, %four] from [] [-1] {
  ^bb0(%i: i64, %out: tensor<?x4xf32>):
    %j = lf.literal 0 : i64
    %e = lf.load %x[%i, %j] : tensor<?x4xf32> -> f32
    // expected-error @+1 {{'lf.store' op has 1 indices for 'tensor<?x4xf32>'}}
    lf.store %e to %out[%i] : f32, tensor<?x4xf32>
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
    %j = lf.literal 0 : i64
    %e = lf.load %x[%i, %j] : tensor<?x4xf32> -> f32
    // expected-error @+1 {{'lf.store' op stores 'i64' into 'tensor<?x4xf32>'}}
    lf.store %i to %out[%i, %j] : i64, tensor<?x4xf32>
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
    %j = lf.literal 0 : i64
    %e = lf.load %x[%i, %j] : tensor<?x4xf32> -> f32
    // expected-error @+1 {{'lf.store' op must store into a result of 'lf.parallel'}}
    lf.store %e to %x[%i, %j] : f32, tensor<?x4xf32>
    lf.yield
  } : () -> tensor<?x4xf32>
}
