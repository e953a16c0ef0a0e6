lf.entry "main" {
  %c = lf.constant 0 : tensor<2x3xf32>
  %d = lf.constant 1 : tensor<i64>
}
