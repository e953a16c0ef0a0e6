lf.entry "outer" {
  // expected-error @+1 {{'lf.entry' op expects parent op 'builtin.module'}}
  lf.entry "inner" {
  }
}

// -----

// expected-error @+1 {{'lf.entry' op takes no region arguments}}
lf.entry "main" {
^bb0(%x: tensor<4xf32>):
}
