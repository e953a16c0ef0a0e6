lf.entry "main" {
  %x = lf.input 0 "x" : tensor<?x4x?xf32>
  %n = lf.dim %x, 0 as "n" : tensor<?x4x?xf32>
  %m = lf.dim %x, 2 as "m" : tensor<?x4x?xf32>
}
