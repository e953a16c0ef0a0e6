lf.entry "main" {
  %x = lf.input 0 "x" : tensor<?x4xf32>
  %n = lf.dim %x, 0 as "n" : tensor<?x4xf32>
  %four = lf.size "4"
  %y = lf.map [%n, %four] {
  ^bb0(%i: i64, %j: i64):
    %e = lf.load %x[%i, %j] : tensor<?x4xf32> -> f32
    // expected-error @+2 {{unknown scalar operation 'expo'}}
    // expected-error @+1 {{failed to parse Lf_ScalarOpAttr parameter 'value'}}
    %a = lf.scalar expo(%e) : (f32) -> f32
    lf.yield %e : f32
  } : tensor<?x4xf32>
}

// -----

lf.entry "main" {
  %x = lf.input 0 "x" : tensor<?x4xf32>
  %n = lf.dim %x, 0 as "n" : tensor<?x4xf32>
  %four = lf.size "4"
  %y = lf.map [%n, %four] {
  ^bb0(%i: i64, %j: i64):
    %e = lf.load %x[%i, %j] : tensor<?x4xf32> -> f32
    // expected-error @+1 {{'lf.scalar' op 'add' takes 2 operands, got 1}}
    %a = lf.scalar add(%e) : (f32) -> f32
    lf.yield %e : f32
  } : tensor<?x4xf32>
}

// -----

lf.entry "main" {
  %x = lf.input 0 "x" : tensor<?x4xf32>
  %n = lf.dim %x, 0 as "n" : tensor<?x4xf32>
  %four = lf.size "4"
  %y = lf.map [%n, %four] {
  ^bb0(%i: i64, %j: i64):
    %e = lf.load %x[%i, %j] : tensor<?x4xf32> -> f32
    // expected-error @+1 {{'lf.scalar' op 'add' mixes 'f32' and 'i64'}}
    %a = lf.scalar add(%e, %i) : (f32, i64) -> f32
    lf.yield %e : f32
  } : tensor<?x4xf32>
}

// -----

lf.entry "main" {
  %x = lf.input 0 "x" : tensor<?x4xf32>
  %n = lf.dim %x, 0 as "n" : tensor<?x4xf32>
  %four = lf.size "4"
  %y = lf.map [%n, %four] {
  ^bb0(%i: i64, %j: i64):
    %e = lf.load %x[%i, %j] : tensor<?x4xf32> -> f32
    // expected-error @+1 {{'lf.scalar' op 'add' cannot make 'f64' from 'f32'}}
    %a = lf.scalar add(%e, %e) : (f32, f32) -> f64
    lf.yield %e : f32
  } : tensor<?x4xf32>
}

// -----

lf.entry "main" {
  %x = lf.input 0 "x" : tensor<?x4xf32>
  %n = lf.dim %x, 0 as "n" : tensor<?x4xf32>
  %four = lf.size "4"
  %y = lf.map [%n, %four] {
  ^bb0(%i: i64, %j: i64):
    %e = lf.load %x[%i, %j] : tensor<?x4xf32> -> f32
    // expected-error @+1 {{'lf.scalar' op 'exp' cannot make 'i64' from 'i64'}}
    %a = lf.scalar exp(%i) : (i64) -> i64
    lf.yield %e : f32
  } : tensor<?x4xf32>
}

// -----

lf.entry "main" {
  %x = lf.input 0 "x" : tensor<?x4xf32>
  %n = lf.dim %x, 0 as "n" : tensor<?x4xf32>
  %four = lf.size "4"
  %y = lf.map [%n, %four] {
  ^bb0(%i: i64, %j: i64):
    %e = lf.load %x[%i, %j] : tensor<?x4xf32> -> f32
    // expected-error @+1 {{'lf.scalar' op 'and' cannot make 'f32' from 'f32'}}
    %a = lf.scalar and(%e, %e) : (f32, f32) -> f32
    lf.yield %e : f32
  } : tensor<?x4xf32>
}

// -----

lf.entry "main" {
  %x = lf.input 0 "x" : tensor<?x4xf32>
  %n = lf.dim %x, 0 as "n" : tensor<?x4xf32>
  %four = lf.size "4"
  %y = lf.map [%n, %four] {
  ^bb0(%i: i64, %j: i64):
    %e = lf.load %x[%i, %j] : tensor<?x4xf32> -> f32
    // expected-error @+1 {{'lf.scalar' op 'lt' cannot make 'f32' from 'f32'}}
    %a = lf.scalar lt(%e, %e) : (f32, f32) -> f32
    lf.yield %e : f32
  } : tensor<?x4xf32>
}

// -----

lf.entry "main" {
  %x = lf.input 0 "x" : tensor<?x4xf32>
  %n = lf.dim %x, 0 as "n" : tensor<?x4xf32>
  %four = lf.size "4"
  %y = lf.map [%n, %four] {
  ^bb0(%i: i64, %j: i64):
    %e = lf.load %x[%i, %j] : tensor<?x4xf32> -> f32
    // expected-error @+1 {{'lf.scalar' op 'select' chooses by 'i64', expected i1}}
    %a = lf.scalar select(%i, %e, %e) : (i64, f32, f32) -> f32
    lf.yield %e : f32
  } : tensor<?x4xf32>
}

// -----

lf.entry "main" {
  %x = lf.input 0 "x" : tensor<?x4xf32>
  %n = lf.dim %x, 0 as "n" : tensor<?x4xf32>
  %four = lf.size "4"
  %y = lf.map [%n, %four] {
  ^bb0(%i: i64, %j: i64):
    %e = lf.load %x[%i, %j] : tensor<?x4xf32> -> f32
    // expected-error @+1 {{'lf.scalar' op 'bitcast' cannot make 'i64' from 'f32'}}
    %a = lf.scalar bitcast(%e) : (f32) -> i64
    lf.yield %e : f32
  } : tensor<?x4xf32>
}

// -----

lf.entry "main" {
  %x = lf.input 0 "x" : tensor<?x4xf32>
  %n = lf.dim %x, 0 as "n" : tensor<?x4xf32>
  %four = lf.size "4"
  // expected-error @+1 {{'lf.scalar' op must stand in the body of}}
  %a = lf.scalar neg(%n) : (i64) -> i64
}
