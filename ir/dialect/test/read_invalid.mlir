lf.entry "main" {
  %x = lf.input 0 "x" : tensor<?x4xf32>
  // expected-error @+1 {{'lf.read' op reads an element of 'tensor<?x4xf32>', expected an integer or bool tensor}}
  %v = lf.read %x, 0 as "v" : tensor<?x4xf32>
}

// -----

lf.entry "main" {
  %x = lf.input 0 "x" : tensor<3xi64>
  // expected-error @+1 {{'lf.read' op element 3 is out of range for 'tensor<3xi64>'}}
  %v = lf.read %x, 3 as "v" : tensor<3xi64>
}
