lf.entry "main" {
  %x = lf.input 0 "x" : tensor<?x4xf32>
  %b = lf.retype %x : tensor<?x4xf32> -> !lf.box
  %y = lf.retype %b : !lf.box -> tensor<?x?xf32>
}
