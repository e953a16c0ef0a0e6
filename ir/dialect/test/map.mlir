lf.entry "main" {
  %x = lf.input 0 "x" : tensor<?x4xf32>
  %n = lf.dim %x, 0 as "n" : tensor<?x4xf32>
  %four = lf.size "4"
  %y:2 = lf.map [%n, %four] {
  ^bb0(%i: i64, %j: i64):
    %e = lf.load %x[%i, %j] : tensor<?x4xf32> -> f32
    lf.yield %e, %j : f32, i64
  } : tensor<?x4xf32>, tensor<?x4xi64>
  %table = lf.map [%four] materialize {
  ^bb0(%i: i64):
    lf.yield %i : i64
  } : tensor<4xi64>
  %scalar = lf.map [] {
    %one = lf.literal 1 : i64
    lf.yield %one : i64
  } : tensor<i64>
}
