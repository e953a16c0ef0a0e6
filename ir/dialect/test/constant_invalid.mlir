lf.entry "main" {
  // expected-error @+1 {{'lf.constant' op result #0 must be statically shaped tensor}}
  %c = lf.constant 0 : tensor<?xf32>
}

// -----

lf.entry "main" {
  // expected-error @+1 {{'lf.constant' op attribute 'id' failed to satisfy constraint}}
  %c = lf.constant -1 : tensor<2xf32>
}
