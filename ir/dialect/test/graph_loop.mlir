lf.entry "main" {
  %x = lf.input 0 "x" : tensor<?x4xf32>
  %t = lf.input 1 "t" : tensor<i64>
  %c = lf.input 2 "c" : tensor<i1>
  %y:2 = lf.graph_loop up_to %t : tensor<i64> if %c : tensor<i1> carry (%x : tensor<?x4xf32>) collect 1 {
  ^bb0(%i: tensor<i64>, %v: tensor<?x4xf32>):
    lf.yield %c, %v, %i : tensor<i1>, tensor<?x4xf32>, tensor<i64>
  } -> (tensor<?x4xf32>, tensor<?xi64>)
  lf.graph_loop carry () collect 0 {
  ^bb0(%i: tensor<i64>):
    lf.yield %c : tensor<i1>
  }
}
