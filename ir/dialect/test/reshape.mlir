lf.entry "main" {
  %x = lf.input 0 "x" : tensor<?x4xf32>
  %n = lf.dim %x, 0 as "n" : tensor<?x4xf32>
  %four = lf.size "4"
  %m = lf.size "4*n" of %n
  %y = lf.reshape %x[%m] : tensor<?x4xf32> -> tensor<?xf32>
  %c = lf.constant 0 : tensor<2x2xf32>
  %d = lf.reshape %c[%four] : tensor<2x2xf32> -> tensor<4xf32>
}
