lf.entry "main" {
  %x = lf.input 0 "x" : tensor<?x4xf32>
  %c = lf.input 1 "c" : tensor<i1>
  %k = lf.constant 0 : tensor<2x4xf32>
  %y = lf.if %c : tensor<i1> then {
    lf.yield %x : tensor<?x4xf32>
  } else {
    lf.yield %k : tensor<2x4xf32>
  } -> (tensor<?x4xf32>)
  %n = lf.dim %x, 0 as "n" : tensor<?x4xf32>
  %z = lf.if %n : i64 then {
    lf.yield %x : tensor<?x4xf32>
  } else {
    lf.yield %k : tensor<2x4xf32>
  } -> (tensor<?x4xf32>)
}
