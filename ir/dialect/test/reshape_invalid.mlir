lf.entry "main" {
  %x = lf.input 0 "x" : tensor<?x4xf32>
  %n = lf.dim %x, 0 as "n" : tensor<?x4xf32>
  %four = lf.size "4"
  // expected-error @+1 {{'lf.reshape' op has 1 extents, result is 'tensor<?x4xf32>'}}
  %y = lf.reshape %x[%n] : tensor<?x4xf32> -> tensor<?x4xf32>
}

// -----

lf.entry "main" {
  %x = lf.input 0 "x" : tensor<?x4xf32>
  %n = lf.dim %x, 0 as "n" : tensor<?x4xf32>
  %four = lf.size "4"
  // expected-error @+1 {{'lf.reshape' op changes the element type of 'tensor<?x4xf32>' in 'tensor<?xf64>'}}
  %y = lf.reshape %x[%n] : tensor<?x4xf32> -> tensor<?xf64>
}

// -----

lf.entry "main" {
  %x = lf.input 0 "x" : tensor<?x4xf32>
  %n = lf.dim %x, 0 as "n" : tensor<?x4xf32>
  %four = lf.size "4"
  %c = lf.constant 0 : tensor<2x3xf32>
  // expected-error @+1 {{'lf.reshape' op changes the element count of 'tensor<2x3xf32>' in 'tensor<4xf32>'}}
  %y = lf.reshape %c[%four] : tensor<2x3xf32> -> tensor<4xf32>
}
