lf.entry "main" {
  %x = lf.input 0 "x" : tensor<?x4xf32>
  %n = lf.dim %x, 0 as "n" : tensor<?x4xf32>
  %four = lf.size "4"
  %y = lf.map [%n, %four] {
  ^bb0(%i: i64, %j: i64):
    %a = lf.literal -1 : i64
    %b = lf.literal true
    %c = lf.literal 200 : ui8
    %d = lf.literal 0x7FC00000 : f32
    %e = lf.literal 1.5 : f16
    %f = lf.literal 5.0e-1 : f8E4M3FN
    lf.yield %d : f32
  } : tensor<?x4xf32>
}
