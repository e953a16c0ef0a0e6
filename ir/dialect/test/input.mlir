lf.entry "main" {
  %x = lf.input 0 "x" : tensor<?x4xf32>
  %s = lf.input 1 "a sequence" : !lf.box
  %t = lf.input 2 "texts" : tensor<3x!lf.string>
}
