lf.entry "main" {
  %x = lf.input 0 "x" : tensor<?x4xf32>
  %n = lf.dim %x, 0 as "n" : tensor<?x4xf32>
  %four = lf.size "4"
  %y = lf.map [%n, %four] {
  ^bb0(%i: i64, %j: i64):
    %e = lf.load %x[%i, %j] : tensor<?x4xf32> -> f32
    %s = lf.while carry (%e : f32) {
    ^bb0(%a: f32):
      %more = lf.scalar lt(%a, %e) : (f32, f32) -> i1
      lf.yield %more, %a : i1, f32
    } -> (f32)
    lf.yield %s : f32
  } : tensor<?x4xf32>
}
