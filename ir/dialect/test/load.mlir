lf.entry "main" {
  %x = lf.input 0 "x" : tensor<?x4xf32>
  %n = lf.dim %x, 0 as "n" : tensor<?x4xf32>
  %four = lf.size "4"
  %y = lf.map [%n, %four] {
  ^bb0(%i: i64, %j: i64):
    %e = lf.load %x[%i, %j] : tensor<?x4xf32> -> f32
    %g = lf.scalar lt(%i, %j) : (i64, i64) -> i1
    %z = lf.load %x[%i, %j] if %g else %e : f32 : tensor<?x4xf32> -> f32
    lf.yield %z : f32
  } : tensor<?x4xf32>
}
