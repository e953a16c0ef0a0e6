lf.entry "main" {
  %x = lf.input 0 "x" : tensor<?x4xf32>
  // expected-error @+1 {{'lf.dim' op axis 2 is out of range for 'tensor<?x4xf32>'}}
  %n = lf.dim %x, 2 as "n" : tensor<?x4xf32>
}

// -----

lf.entry "main" {
  %x = lf.input 0 "x" : tensor<?x4xf32>
  // expected-error @+1 {{'lf.dim' op axis -1 is out of range}}
  %n = lf.dim %x, -1 as "n" : tensor<?x4xf32>
}

// -----

lf.entry "main" {
  %x = lf.input 0 "x" : tensor<?x4xf32>
  // expected-error @+1 {{'lf.dim' op extent of axis 1 is static in 'tensor<?x4xf32>'}}
  %n = lf.dim %x, 1 as "n" : tensor<?x4xf32>
}
