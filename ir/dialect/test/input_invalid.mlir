// expected-error @+1 {{'lf.input' op must stand in a graph}}
%x = lf.input 0 "x" : tensor<4xf32>

// -----

lf.entry "main" {
  // expected-error @+1 {{'lf.input' op attribute 'number' failed to satisfy constraint}}
  %x = lf.input -1 "x" : tensor<4xf32>
}

// -----

lf.entry "main" {
  // expected-error @+1 {{'lf.input' op result #0 must be a tensor or a box}}
  %x = lf.input 0 "x" : f32
}

// -----

lf.entry "main" {
  %c = lf.input 0 "c" : tensor<i1>
  lf.if %c : tensor<i1> then {
    // expected-error @+1 {{'lf.input' op must stand in 'lf.entry' itself}}
    %x = lf.input 1 "x" : tensor<4xf32>
    lf.yield
  } else {
    lf.yield
  }
}
