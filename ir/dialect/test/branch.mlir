lf.entry "main" {
  %x = lf.input 0 "x" : tensor<?x4xf32>
  %n = lf.dim %x, 0 as "n" : tensor<?x4xf32>
  %four = lf.size "4"
  %y = lf.map [%n, %four] {
  ^bb0(%i: i64, %j: i64):
    %e = lf.load %x[%i, %j] : tensor<?x4xf32> -> f32
    %t = lf.literal true
    %s = lf.branch %t then {
      lf.yield %e : f32
    } else {
      %o = lf.literal 1.0 : f32
      lf.yield %o : f32
    } -> (f32)
    lf.yield %s : f32
  } : tensor<?x4xf32>
}
