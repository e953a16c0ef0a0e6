lf.entry "main" {
  %x = lf.input 0 "x" : !lf.box
  %y = lf.map [] {
    // expected-error @+1 {{'lf.rank' op must stand in a graph}}
    %r = lf.rank %x as "x_rank"
    lf.yield %r : i64
  } : tensor<i64>
}
