lf.entry "main" {
  %x = lf.input 0 "x" : !lf.box
  %r = lf.rank %x as "x_rank"
}
