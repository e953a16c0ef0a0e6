lf.entry "main" {
  %x = lf.input 0 "x" : tensor<?x4xf32>
  %n = lf.dim %x, 0 as "n" : tensor<?x4xf32>
  %four = lf.size "4"
  %y = lf.map [%n, %four] {
  ^bb0(%i: i64, %j: i64):
    %e = lf.load %x[%i, %j] : tensor<?x4xf32> -> f32
    %a = lf.scalar exp(%e) : (f32) -> f32
    %b = lf.scalar fma(%a, %e, %e) : (f32, f32, f32) -> f32
    %c = lf.scalar lt(%a, %b) : (f32, f32) -> i1
    %o = lf.scalar not(%c) : (i1) -> i1
    %d = lf.scalar select(%o, %a, %b) : (i1, f32, f32) -> f32
    %g = lf.scalar cast(%i) : (i64) -> f32
    %h = lf.scalar bitcast(%g) : (f32) -> i32
    lf.yield %d : f32
  } : tensor<?x4xf32>
}
