lf.entry "main" {
  %x = lf.input 0 "x" : tensor<?x4xf32>
  %n = lf.dim %x, 0 as "n" : tensor<?x4xf32>
  %four = lf.size "4"
  %y = lf.parallel [%n] dims [%n, %four] from [] [-1] {
  ^bb0(%i: i64, %out: tensor<?x4xf32>):
    %j = lf.literal 0 : i64
    %e = lf.load %x[%i, %j] : tensor<?x4xf32> -> f32
    %t = lf.literal true
    lf.store %e to %out[%i, %j] : f32, tensor<?x4xf32>
    lf.store %e to %out[%i, %j] if %t : f32, tensor<?x4xf32>
    lf.yield
  } : () -> tensor<?x4xf32>
}
