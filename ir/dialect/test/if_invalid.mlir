lf.entry "main" {
  %x = lf.input 0 "x" : tensor<?x4xf32>
  %c = lf.input 1 "c" : tensor<i1>
  %k = lf.constant 0 : tensor<2x4xf32>
  // expected-error @+1 {{'lf.if' op condition is 'tensor<?x4xf32>', expected bool}}
  %y = lf.if %x : tensor<?x4xf32> then {
    lf.yield %x : tensor<?x4xf32>
  } else {
    lf.yield %k : tensor<2x4xf32>
  } -> (tensor<?x4xf32>)
}

// -----

lf.entry "main" {
  %x = lf.input 0 "x" : tensor<?x4xf32>
  %c = lf.input 1 "c" : tensor<i1>
  %k = lf.constant 0 : tensor<2x4xf32>
  // expected-error @+1 {{'lf.if' op region yields 0 values, expected 1}}
  %y = lf.if %c : tensor<i1> then {
    lf.yield
  } else {
    lf.yield %k : tensor<2x4xf32>
  } -> (tensor<?x4xf32>)
}

// -----

lf.entry "main" {
  %x = lf.input 0 "x" : tensor<?x4xf32>
  %c = lf.input 1 "c" : tensor<i1>
  %k = lf.constant 0 : tensor<2x4xf32>
  // expected-error @+1 {{'lf.if' op yielded value #0 is 'tensor<2x4xf32>', expected 'tensor<3x4xf32>'}}
  %y = lf.if %c : tensor<i1> then {
    lf.yield %x : tensor<?x4xf32>
  } else {
    lf.yield %k : tensor<2x4xf32>
  } -> (tensor<3x4xf32>)
}

// -----

lf.entry "main" {
  %x = lf.input 0 "x" : tensor<?x4xf32>
  %c = lf.input 1 "c" : tensor<i1>
  %k = lf.constant 0 : tensor<2x4xf32>
  // expected-error @+1 {{'lf.if' op region takes 1 arguments, expected 0}}
  %y = lf.if %c : tensor<i1> then {
  ^bb0(%i: i64):
    lf.yield %x : tensor<?x4xf32>
  } else {
    lf.yield %k : tensor<2x4xf32>
  } -> (tensor<?x4xf32>)
}
