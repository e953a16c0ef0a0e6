lf.entry "main" {
  %x = lf.input 0 "x" : tensor<?x4xf32>
  // expected-error @+1 {{'lf.retype' op must have one box and one tensor}}
  %y = lf.retype %x : tensor<?x4xf32> -> tensor<?x?xf32>
}

// -----

lf.entry "main" {
  %x = lf.input 0 "x" : !lf.box
  // expected-error @+1 {{'lf.retype' op takes 'tensor<?x4xf32>' out of a box; extents are dynamic}}
  %y = lf.retype %x : !lf.box -> tensor<?x4xf32>
}
