//===- lf.td - The core vocabulary ------------------------*- tablegen -*-===//
//
// Part of Landfall, under the Apache License v2.0.
//
// Everything that a model is made of between the frontend and the kernel
// descriptions. Meaning: docs/core_ir.md. Two levels:
//   graph   ops on tensors, boxes and sizes (i64)
//   body    scalar code inside map, contract and loops
//
//===----------------------------------------------------------------------===//
#ifndef LANDFALL_IR_LF_TD
#define LANDFALL_IR_LF_TD

include "mlir/IR/AttrTypeBase.td"
include "mlir/IR/BuiltinAttributeInterfaces.td"
include "mlir/IR/OpBase.td"
include "mlir/Interfaces/SideEffectInterfaces.td"

def Lf_Dialect : Dialect {
  let name = "lf";
  let cppNamespace = "::landfall::lf";
  let summary = "Landfall's core IR";
  let useDefaultTypePrinterParser = 1;
  let useDefaultAttributePrinterParser = 0;
}

class Lf_Type<string name, string mnemonic_> : TypeDef<Lf_Dialect, name> {
  let mnemonic = mnemonic_;
}
def Lf_Box : Lf_Type<"Box", "box"> {
  let summary = "a host value: sequence, optional, map, strings, any rank";
}
def Lf_String : Lf_Type<"String", "string"> {
  let summary = "the element type of string tensors";
}

class Lf_Op<string mnemonic, list<Trait> traits = []>
    : Op<Lf_Dialect, mnemonic, traits>;

//===--- Graph level ------------------------------------------------------===//

def Lf_EntryOp : Lf_Op<"entry", [IsolatedFromAbove, NoTerminator,
                                 SingleBlock]> {
  let summary = "an entry point: the graph that one call runs";
  let arguments = (ins StrAttr:$name);
  let regions = (region SizedRegion<1>:$body);
  let assemblyFormat = "$name $body attr-dict";
}

def Lf_InputOp : Lf_Op<"input", []> {
  let summary = "an input of the entry point";
  let arguments = (ins I64Attr:$number, StrAttr:$name);
  let results = (outs AnyType:$value);
  let assemblyFormat = "$number $name attr-dict `:` type($value)";
}

def Lf_OutputOp : Lf_Op<"output"> {
  let summary = "an output of the entry point";
  let arguments = (ins AnyType:$value, I64Attr:$number, StrAttr:$name);
  let assemblyFormat = "$number $name `=` $value attr-dict `:` type($value)";
}

def Lf_DimOp : Lf_Op<"dim"> {
  let summary = "an extent known only at run time; defines a symbol";
  let arguments = (ins AnyRankedTensor:$tensor, I64Attr:$axis,
                       StrAttr:$symbol);
  let results = (outs I64:$size);
  let assemblyFormat = "$tensor `,` $axis `as` $symbol attr-dict `:` type($tensor)";
}

def Lf_ReadOp : Lf_Op<"read"> {
  let summary = "an integer element read by the host; defines a symbol";
  let arguments = (ins AnyRankedTensor:$tensor, I64Attr:$element,
                       StrAttr:$symbol);
  let results = (outs I64:$size);
  let assemblyFormat = "$tensor `,` $element `as` $symbol attr-dict `:` type($tensor)";
}

def Lf_SizeOp : Lf_Op<"size", [Pure]> {
  let summary = "a canonical expression over symbols";
  let description = [{
    `expression` is the canonical text of an `ir::Size`; the operands are the
    values that define its symbols, in order of first mention.
  }];
  let arguments = (ins Variadic<I64>:$symbols, StrAttr:$expression);
  let results = (outs I64:$size);
  let assemblyFormat = "$expression (`of` $symbols^)? attr-dict";
}

def Lf_RequireOp : Lf_Op<"require"> {
  let summary = "fails the run unless the size is 1";
  let arguments = (ins I64:$condition, StrAttr:$message);
  let assemblyFormat = "$condition `,` $message attr-dict";
}

def Lf_ConstantOp : Lf_Op<"constant", [Pure]> {
  let summary = "a tensor of the module's constant store";
  let arguments = (ins I64Attr:$id);
  let results = (outs AnyStaticShapeTensor:$value);
  let assemblyFormat = "$id attr-dict `:` type($value)";
}

def Lf_MapOp : Lf_Op<"map", [Pure, SingleBlock]> {
  let summary = "one value for each point of a space";
  let description = [{
    The body's arguments are the point's i64 indices; it yields one scalar a
    result. All results have the extents `dims`.
  }];
  let arguments = (ins Variadic<I64>:$dims);
  let results = (outs Variadic<AnyRankedTensor>:$values);
  let regions = (region SizedRegion<1>:$body);
  let hasVerifier = 1;
  let assemblyFormat = "`[` $dims `]` $body attr-dict `:` type($values)";
}

def Lf_ContractOp : Lf_Op<"contract", [Pure, SingleBlock,
                                       AttrSizedOperandSegments]> {
  let summary = "a sum of products over a reduction space, then an epilogue";
  let description = [{
    `factors` takes (dims indices, reduce indices) and yields two scalars of the
    accumulator type; `epilogue` takes (dims indices, their sum) and yields one
    scalar a result.
  }];
  let arguments = (ins Variadic<I64>:$dims, Variadic<I64>:$reduce);
  let results = (outs Variadic<AnyRankedTensor>:$values);
  let regions = (region SizedRegion<1>:$factors, SizedRegion<1>:$epilogue);
  let hasVerifier = 1;
  let assemblyFormat = [{
    `[` $dims `]` `sum` `[` $reduce `]` $factors `epilogue` $epilogue attr-dict
    `:` type($values)
  }];
}

def Lf_LoopsOp : Lf_Op<"loops", [Pure, SingleBlock,
                                 AttrSizedOperandSegments]> {
  let summary = "an imperative kernel that stores into its results";
  let description = [{
    The body runs for each point of `parallel`; its arguments are the indices,
    then one buffer a result. `dims` holds the extents of all results, one after
    the other. `initial_of[r]` is the position in `initial` of what result r
    starts from, or -1 (undefined contents).
  }];
  let arguments = (ins Variadic<I64>:$parallel, Variadic<I64>:$dims,
                       Variadic<AnyRankedTensor>:$initial,
                       DenseI64ArrayAttr:$initial_of);
  let results = (outs Variadic<AnyRankedTensor>:$values);
  let regions = (region SizedRegion<1>:$body);
  let hasVerifier = 1;
  let assemblyFormat = [{
    `[` $parallel `]` `dims` `[` $dims `]` `from` `[` $initial `]` $initial_of
    $body attr-dict `:` functional-type($initial, $values)
  }];
}

def Lf_ReshapeOp : Lf_Op<"reshape", [Pure]> {
  let summary = "the same elements in another shape";
  let arguments = (ins AnyRankedTensor:$tensor, Variadic<I64>:$dims);
  let results = (outs AnyRankedTensor:$value);
  let assemblyFormat = [{
    $tensor `[` $dims `]` attr-dict `:` type($tensor) `->` type($value)
  }];
}

def Lf_IfOp : Lf_Op<"if", [SingleBlock]> {
  let summary = "runs one of two graphs";
  let arguments = (ins AnyRankedTensor:$condition);
  let results = (outs Variadic<AnyType>:$values);
  let regions = (region SizedRegion<1>:$then_body, SizedRegion<1>:$else_body);
  let assemblyFormat = [{
    $condition `:` type($condition) `then` $then_body `else` $else_body
    attr-dict `->` `(` type($values) `)`
  }];
}

def Lf_LoopOp : Lf_Op<"loop", [SingleBlock, AttrSizedOperandSegments]> {
  let summary = "repeats a graph";
  let description = [{
    At most `trip_count` times (absent: without bound) while the condition
    holds. The body's arguments are the iteration (i64 tensor of rank 0) and the
    carried values; it yields the condition (bool tensor of rank 0), the next
    carried values, then `collected` tensors, which are stacked along a new
    first dimension. Results: last carried values, then the stacks.
  }];
  let arguments = (ins Optional<AnyRankedTensor>:$trip_count,
                       Optional<AnyRankedTensor>:$condition,
                       Variadic<AnyType>:$init, I64Attr:$collected);
  let results = (outs Variadic<AnyType>:$values);
  let regions = (region SizedRegion<1>:$body);
}

def Lf_BoxOp : Lf_Op<"box"> {
  let summary = "a host function on boxed values";
  let arguments = (ins Variadic<AnyType>:$args, I64Attr:$function,
                       DenseI64ArrayAttr:$extra);
  let results = (outs Variadic<AnyType>:$values);
}

//===--- Body level -------------------------------------------------------===//

def Lf_YieldOp : Lf_Op<"yield", [Pure, Terminator]> {
  let arguments = (ins Variadic<AnyType>:$values);
  let assemblyFormat = "($values^ `:` type($values))? attr-dict";
}

def Lf_LiteralOp : Lf_Op<"literal", [Pure]> {
  let summary = "a scalar constant";
  let arguments = (ins TypedAttrInterface:$value);
  let results = (outs AnyType:$result);
  let assemblyFormat = "$value attr-dict `:` type($result)";
}

def Lf_ScalarOp : Lf_Op<"scalar", [Pure]> {
  let summary = "a row of package/scalar_op.def";
  let arguments = (ins StrAttr:$op, Variadic<AnyType>:$args);
  let results = (outs AnyType:$result);
  let hasVerifier = 1;
  let assemblyFormat = [{
    $op `(` $args `)` attr-dict `:` functional-type($args, $result)
  }];
}

def Lf_LoadOp : Lf_Op<"load", [AttrSizedOperandSegments,
                               MemoryEffects<[MemRead]>]> {
  let summary = "an element, or `other` where the guard is false";
  let arguments = (ins AnyRankedTensor:$tensor, Variadic<I64>:$indices,
                       Optional<I1>:$guard, Optional<AnyType>:$other);
  let results = (outs AnyType:$value);
  let hasVerifier = 1;
  let assemblyFormat = [{
    $tensor `[` $indices `]` (`if` $guard^ `else` $other `:` type($other))?
    attr-dict `:` type($tensor) `->` type($value)
  }];
}

def Lf_StoreOp : Lf_Op<"store", [AttrSizedOperandSegments,
                                 MemoryEffects<[MemWrite]>]> {
  let summary = "sets an element of a result of `loops`";
  let arguments = (ins AnyType:$value, AnyRankedTensor:$buffer,
                       Variadic<I64>:$indices, Optional<I1>:$guard);
  let assemblyFormat = [{
    $value `to` $buffer `[` $indices `]` (`if` $guard^)? attr-dict
    `:` type($value) `,` type($buffer)
  }];
}

def Lf_FoldOp : Lf_Op<"fold", [RecursiveMemoryEffects, SingleBlock]> {
  let summary = "a counted loop that carries scalars";
  let arguments = (ins I64:$low, I64:$high, Variadic<AnyType>:$init);
  let results = (outs Variadic<AnyType>:$values);
  let regions = (region SizedRegion<1>:$body);
  let assemblyFormat = [{
    $low `to` $high `carry` `(` $init `:` type($init) `)` $body attr-dict
    `->` type($values)
  }];
}

def Lf_WhileOp : Lf_Op<"while", [RecursiveMemoryEffects, SingleBlock]> {
  let summary = "repeats while the first yielded value is true";
  let arguments = (ins Variadic<AnyType>:$init);
  let results = (outs Variadic<AnyType>:$values);
  let regions = (region SizedRegion<1>:$body);
  let assemblyFormat = [{
    `carry` `(` $init `:` type($init) `)` $body attr-dict `->` type($values)
  }];
}

def Lf_BranchOp : Lf_Op<"branch", [RecursiveMemoryEffects, SingleBlock]> {
  let summary = "one of two scalar bodies";
  let arguments = (ins I1:$condition);
  let results = (outs Variadic<AnyType>:$values);
  let regions = (region SizedRegion<1>:$then_body, SizedRegion<1>:$else_body);
  let assemblyFormat = [{
    $condition `then` $then_body `else` $else_body attr-dict
    `->` `(` type($values) `)`
  }];
}

def Lf_CheckOp : Lf_Op<"check", [MemoryEffects<[MemWrite]>]> {
  let summary = "fails the run unless the condition holds";
  let description = [{
    The failure is of the operation's own location and has the value, if there
    is one, under the given name.
  }];
  let arguments = (ins I1:$condition, Optional<I64>:$value, StrAttr:$message,
                       OptionalAttr<StrAttr>:$value_name);
  let assemblyFormat = [{
    $condition (`reports` $value^ `as` $value_name)? `,` $message attr-dict
  }];
}

#endif // LANDFALL_IR_LF_TD
