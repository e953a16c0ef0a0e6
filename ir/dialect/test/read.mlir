lf.entry "main" {
  %x = lf.input 0 "x" : tensor<3xi64>
  %b = lf.input 1 "b" : tensor<i1>
  %u = lf.input 2 "u" : tensor<?xui8>
  %v = lf.read %x, 2 as "v" : tensor<3xi64>
  %w = lf.read %b, 0 as "w" : tensor<i1>
  %z = lf.read %u, 9 as "z" : tensor<?xui8>
}
