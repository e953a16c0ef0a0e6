lf.entry "main" {
  %x = lf.input 0 "x" : tensor<?x4xf32>
  %t = lf.input 1 "t" : tensor<i64>
  %c = lf.input 2 "c" : tensor<i1>
  // expected-error @+1 {{'lf.graph_loop' op trip count is 'tensor<i1>', expected a tensor of i64}}
  %y:2 = lf.graph_loop up_to %c : tensor<i1> if %c : tensor<i1> carry (%x : tensor<?x4xf32>) collect 1 {
  ^bb0(%i: tensor<i64>, %v: tensor<?x4xf32>):
    lf.yield %c, %v, %i : tensor<i1>, tensor<?x4xf32>, tensor<i64>
  } -> (tensor<?x4xf32>, tensor<?xi64>)
}

// -----

lf.entry "main" {
  %x = lf.input 0 "x" : tensor<?x4xf32>
  %t = lf.input 1 "t" : tensor<i64>
  %c = lf.input 2 "c" : tensor<i1>
  // expected-error @+1 {{'lf.graph_loop' op condition is 'tensor<i64>', expected a tensor of i1}}
  %y:2 = lf.graph_loop up_to %t : tensor<i64> if %t : tensor<i64> carry (%x : tensor<?x4xf32>) collect 1 {
  ^bb0(%i: tensor<i64>, %v: tensor<?x4xf32>):
    lf.yield %c, %v, %i : tensor<i1>, tensor<?x4xf32>, tensor<i64>
  } -> (tensor<?x4xf32>, tensor<?xi64>)
}

// -----

lf.entry "main" {
  %x = lf.input 0 "x" : tensor<?x4xf32>
  %t = lf.input 1 "t" : tensor<i64>
  %c = lf.input 2 "c" : tensor<i1>
  // expected-error @+1 {{'lf.graph_loop' op has 2 results, expected 3}}
  %y:2 = lf.graph_loop up_to %t : tensor<i64> if %c : tensor<i1> carry (%x : tensor<?x4xf32>) collect 2 {
  ^bb0(%i: tensor<i64>, %v: tensor<?x4xf32>):
    lf.yield %c, %v, %i : tensor<i1>, tensor<?x4xf32>, tensor<i64>
  } -> (tensor<?x4xf32>, tensor<?xi64>)
}

// -----

lf.entry "main" {
  %x = lf.input 0 "x" : tensor<?x4xf32>
  %t = lf.input 1 "t" : tensor<i64>
  %c = lf.input 2 "c" : tensor<i1>
  // expected-error @+1 {{'lf.graph_loop' op region takes 3 arguments, expected 2}}
  %y:2 = lf.graph_loop up_to %t : tensor<i64> if %c : tensor<i1> carry (%x : tensor<?x4xf32>) collect 1 {
  ^bb0(%i: tensor<i64>, %v: tensor<?x4xf32>, %w: tensor<i64>):
    lf.yield %c, %v, %i : tensor<i1>, tensor<?x4xf32>, tensor<i64>
  } -> (tensor<?x4xf32>, tensor<?xi64>)
}

// -----

lf.entry "main" {
  %x = lf.input 0 "x" : tensor<?x4xf32>
  %t = lf.input 1 "t" : tensor<i64>
  %c = lf.input 2 "c" : tensor<i1>
  // expected-error @+1 {{'lf.graph_loop' op first yielded value is 'tensor<i64>', expected a tensor of i1}}
  %y:2 = lf.graph_loop up_to %t : tensor<i64> if %c : tensor<i1> carry (%x : tensor<?x4xf32>) collect 1 {
  ^bb0(%i: tensor<i64>, %v: tensor<?x4xf32>):
    lf.yield %i, %v, %i : tensor<i64>, tensor<?x4xf32>, tensor<i64>
  } -> (tensor<?x4xf32>, tensor<?xi64>)
}

// -----

lf.entry "main" {
  %x = lf.input 0 "x" : tensor<?x4xf32>
  %t = lf.input 1 "t" : tensor<i64>
  %c = lf.input 2 "c" : tensor<i1>
  // expected-error @+1 {{'lf.graph_loop' op yielded value #1 is 'tensor<i64>', expected 'tensor<?x4xf32>'}}
  %y:2 = lf.graph_loop up_to %t : tensor<i64> if %c : tensor<i1> carry (%x : tensor<?x4xf32>) collect 1 {
  ^bb0(%i: tensor<i64>, %v: tensor<?x4xf32>):
    lf.yield %c, %i, %i : tensor<i1>, tensor<i64>, tensor<i64>
  } -> (tensor<?x4xf32>, tensor<?xi64>)
}

// -----

lf.entry "main" {
  %x = lf.input 0 "x" : tensor<?x4xf32>
  %t = lf.input 1 "t" : tensor<i64>
  %c = lf.input 2 "c" : tensor<i1>
  // expected-error @+1 {{'lf.graph_loop' op collects 'tensor<i64>' in a result of 'tensor<?x4xi64>'}}
  %y:2 = lf.graph_loop up_to %t : tensor<i64> if %c : tensor<i1> carry (%x : tensor<?x4xf32>) collect 1 {
  ^bb0(%i: tensor<i64>, %v: tensor<?x4xf32>):
    lf.yield %c, %v, %i : tensor<i1>, tensor<?x4xf32>, tensor<i64>
  } -> (tensor<?x4xf32>, tensor<?x4xi64>)
}

// -----

lf.entry "main" {
  %x = lf.input 0 "x" : tensor<?x4xf32>
  %t = lf.input 1 "t" : tensor<i64>
  %c = lf.input 2 "c" : tensor<i1>
  // expected-error @+1 {{'lf.graph_loop' op initial value is 'tensor<?x4xf32>', carried as 'tensor<?x4xf64>'}}
  %y:2 = lf.graph_loop up_to %t : tensor<i64> if %c : tensor<i1> carry (%x : tensor<?x4xf32>) collect 1 {
  ^bb0(%i: tensor<i64>, %v: tensor<?x4xf32>):
    lf.yield %c, %v, %i : tensor<i1>, tensor<?x4xf32>, tensor<i64>
  } -> (tensor<?x4xf64>, tensor<?xi64>)
}
