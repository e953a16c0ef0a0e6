lf.entry "main" {
  %x = lf.input 0 "x" : tensor<?xf32>
  lf.output 0 "y" = %x : tensor<?xf32>
  %b = lf.input 1 "b" : !lf.box
  lf.output 1 "c" = %b : !lf.box
}
