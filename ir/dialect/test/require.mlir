lf.entry "main" {
  %x = lf.input 0 "x" : tensor<?x4xf32>
  %n = lf.dim %x, 0 as "n" : tensor<?x4xf32>
  %four = lf.size "4"
  %c = lf.size "equal(n, 4)" of %n
  lf.require %c, "n must be 4"
}
