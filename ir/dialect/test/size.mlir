lf.entry "main" {
  %x = lf.input 0 "x" : tensor<?x4xf32>
  %n = lf.dim %x, 0 as "n" : tensor<?x4xf32>
  %four = lf.size "4"
  %a = lf.size "16"
  %b = lf.size "2*n + floordiv(n + 1, 2)" of %n
}
