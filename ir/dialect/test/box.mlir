lf.entry "main" {
  %x = lf.input 0 "x" : tensor<?x4xf32>
  %s = lf.box 1(%x, %x) extra [] : (tensor<?x4xf32>, tensor<?x4xf32>) -> !lf.box
  %e = lf.box 0() extra [10] : () -> !lf.box
  %n = lf.box 5(%s) extra [] : (!lf.box) -> tensor<i64>
}
