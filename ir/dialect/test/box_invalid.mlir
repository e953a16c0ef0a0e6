lf.entry "main" {
  // expected-error @+1 {{'lf.box' op there is no host function 999}}
  %e = lf.box 999() extra [] : () -> !lf.box
}

// -----

lf.entry "main" {
  // expected-error @+1 {{'lf.box' op attribute 'function' failed to satisfy constraint}}
  %e = lf.box -1() extra [] : () -> !lf.box
}
