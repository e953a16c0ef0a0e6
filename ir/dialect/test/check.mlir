lf.entry "main" {
  %x = lf.input 0 "x" : tensor<?x4xf32>
  %n = lf.dim %x, 0 as "n" : tensor<?x4xf32>
  %four = lf.size "4"
  %y = lf.parallel [%n] dims [%n, %four] from [] [-1] {
  ^bb0(%i: i64, %out: tensor<?x4xf32>):
    %j = lf.literal 0 : i64
    %t = lf.literal true
    lf.check %t, "never"
    lf.check %t reports %i as "index", "an index is out of range"
    lf.yield
  } : () -> tensor<?x4xf32>
}
