lf.entry "main" {
  %x = lf.input 0 "x" : tensor<?x4xf32>
  %n = lf.dim %x, 0 as "n" : tensor<?x4xf32>
  %four = lf.size "4"
  %y = lf.contract [%n, %n] sum [%four] {
  ^bb0(%i: i64, %j: i64, %k: i64):
    %a = lf.load %x[%i, %k] : tensor<?x4xf32> -> f32
    %b = lf.load %x[%j, %k] : tensor<?x4xf32> -> f32
    lf.yield %a, %b : f32, f32
  } epilogue {
  ^bb0(%i: i64, %j: i64, %sum: f32):
    lf.yield %sum : f32
  } : tensor<?x?xf32>
}
