//===- lf.td - The core vocabulary ------------------------*- tablegen -*-===//
//
// Part of Landfall, under the Apache License v2.0.
//
// The dialect of the core IR, which models consist of between the frontend and
// the kernel descriptions. docs/core_ir.md has the semantics. Operations are at
// one of two levels, each verified by a trait:
//   graph   tensors, boxes and sizes (i64), inside entry
//   body    scalar code inside map, contract and parallel
// Every operation has a test of its syntax and of its verifier in
// ir/dialect/test.
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
  let useDefaultAttributePrinterParser = 1;
}

class Lf_Type<string name, string mnemonic_> : TypeDef<Lf_Dialect, name> {
  let mnemonic = mnemonic_;
}
def Lf_Box : Lf_Type<"Box", "box"> {
  let summary = "a host value: sequence, optional, map, any rank";
}
def Lf_String : Lf_Type<"String", "string"> {
  let summary = "a text, which kernels see as its number";
}

/// A value of the graph: a tensor or a box.
def Lf_Data : AnyTypeOf<[AnyRankedTensor, Lf_Box], "a tensor or a box">;
/// A value of a body: one element.
def Lf_Scalar : Type<CPred<"::landfall::lf::is_scalar($_self)">,
                     "a scalar of the core IR">;

def Lf_ScalarOpParameter
    : AttrOrTypeParameter<"::landfall::ScalarOp", "a row of scalar_op.def"> {
  let parser = "::landfall::lf::parse_scalar_op($_parser)";
  let printer = "$_printer << ::llvm::StringRef(::landfall::info($_self).text)";
}
def Lf_ScalarOpAttr : AttrDef<Lf_Dialect, "ScalarOp"> {
  let mnemonic = "scalar_op";
  let summary = "a scalar operation, a row of package/scalar_op.def";
  let description = [{
    Enumerators and their texts come from that table, which the kernel
    descriptions and the code generators also use.
  }];
  let parameters = (ins Lf_ScalarOpParameter:$value);
  let assemblyFormat = "`` $value"; // The operation prints the space.
  let returnType = "::landfall::ScalarOp";
  let convertFromStorage = "$_self.getValue()";
  let constBuilderCall =
      "::landfall::lf::ScalarOpAttr::get($_builder.getContext(), $0)";
}

/// Verify that an operation stands at its level (ir/dialect/level_traits.h).
class Lf_Level<string name> : NativeOpTrait<name> {
  let cppNamespace = "::landfall::lf";
}
def GraphLevel : Lf_Level<"GraphLevel">;
def BodyLevel : Lf_Level<"BodyLevel">;

class Lf_Op<string mnemonic, list<Trait> traits = []>
    : Op<Lf_Dialect, mnemonic, traits>;
class Lf_GraphOp<string mnemonic, list<Trait> traits = []>
    : Lf_Op<mnemonic, !listconcat([GraphLevel], traits)>;
class Lf_BodyOp<string mnemonic, list<Trait> traits = []>
    : Lf_Op<mnemonic, !listconcat([BodyLevel], traits)>;

//===--- Graph level ------------------------------------------------------===//

def Lf_EntryOp : Lf_Op<"entry", [HasParent<"::mlir::ModuleOp">,
                                 IsolatedFromAbove, NoTerminator,
                                 SingleBlock]> {
  let summary = "an entry point: the graph that one call runs";
  let arguments = (ins StrAttr:$name);
  let regions = (region SizedRegion<1>:$body);
  let hasVerifier = 1;
  let assemblyFormat = "$name $body attr-dict";
}

def Lf_InputOp : Lf_GraphOp<"input"> {
  let summary = "an input of the entry point";
  let arguments = (ins ConfinedAttr<I64Attr, [IntNonNegative]>:$number,
                       StrAttr:$name);
  let results = (outs Lf_Data:$value);
  let hasVerifier = 1;
  let assemblyFormat = "$number $name attr-dict `:` type($value)";
}

def Lf_OutputOp : Lf_GraphOp<"output"> {
  let summary = "an output of the entry point";
  let arguments = (ins Lf_Data:$value,
                       ConfinedAttr<I64Attr, [IntNonNegative]>:$number,
                       StrAttr:$name);
  let hasVerifier = 1;
  let assemblyFormat = "$number $name `=` $value attr-dict `:` type($value)";
}

def Lf_DimOp : Lf_GraphOp<"dim"> {
  let summary = "an extent known only at run time; defines a symbol";
  let arguments = (ins AnyRankedTensor:$tensor, I64Attr:$axis,
                       StrAttr:$symbol);
  let results = (outs I64:$size);
  let hasVerifier = 1;
  let assemblyFormat = [{
    $tensor `,` $axis `as` $symbol attr-dict `:` type($tensor)
  }];
}

def Lf_ReadOp : Lf_GraphOp<"read"> {
  let summary = "an integer element read by the host; defines a symbol";
  let arguments = (ins AnyRankedTensor:$tensor, I64Attr:$element,
                       StrAttr:$symbol);
  let results = (outs I64:$size);
  let hasVerifier = 1;
  let assemblyFormat = [{
    $tensor `,` $element `as` $symbol attr-dict `:` type($tensor)
  }];
}

def Lf_RankOp : Lf_GraphOp<"rank"> {
  let summary = "the rank of a box's tensor; defines a symbol";
  let description = "The run fails if the box holds no tensor.";
  let arguments = (ins Lf_Box:$box, StrAttr:$symbol);
  let results = (outs I64:$size);
  let assemblyFormat = "$box `as` $symbol attr-dict";
}

def Lf_SizeOp : Lf_GraphOp<"size", [Pure]> {
  let summary = "a canonical expression over symbols";
  let description = [{
    `expression` is the canonical text of an `ir::Size`; the operands are the
    values that define its symbols, in the order in which these first occur.
  }];
  let arguments = (ins Variadic<I64>:$symbols, StrAttr:$expression);
  let results = (outs I64:$size);
  let hasVerifier = 1;
  let assemblyFormat = "$expression (`of` $symbols^)? attr-dict";
}

def Lf_RequireOp : Lf_GraphOp<"require"> {
  let summary = "fails the run unless the size is 1";
  let arguments = (ins I64:$condition, StrAttr:$message);
  let hasVerifier = 1;
  let assemblyFormat = "$condition `,` $message attr-dict";
}

def Lf_ConstantOp : Lf_GraphOp<"constant", [Pure]> {
  let summary = "a tensor of the module's constant store";
  let arguments = (ins ConfinedAttr<I64Attr, [IntNonNegative]>:$id);
  let results = (outs AnyStaticShapeTensor:$value);
  let assemblyFormat = "$id attr-dict `:` type($value)";
}

def Lf_MapOp : Lf_GraphOp<"map", [Pure, SingleBlock]> {
  let summary = "computes one value for each point of a space";
  let description = [{
    The body's arguments are the point's i64 indices; it yields one scalar for
    each result. All results have the extents `dims`. `materialize`: the map is
    not fused into its readers, which load its stored results. For tables that
    are more expensive to compute than to load.
  }];
  let arguments = (ins Variadic<I64>:$dims, UnitAttr:$materialize);
  let results = (outs Variadic<AnyRankedTensor>:$values);
  let regions = (region SizedRegion<1>:$body);
  let hasVerifier = 1;
  let assemblyFormat = [{
    `[` $dims `]` (`materialize` $materialize^)? $body attr-dict
    `:` type($values)
  }];
}

def Lf_ContractOp : Lf_GraphOp<"contract", [Pure, SingleBlock,
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

def Lf_ParallelOp : Lf_GraphOp<"parallel", [Pure, SingleBlock,
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

def Lf_ReshapeOp : Lf_GraphOp<"reshape", [Pure]> {
  let summary = "the same elements in another shape";
  let arguments = (ins AnyRankedTensor:$tensor, Variadic<I64>:$dims);
  let results = (outs AnyRankedTensor:$value);
  let hasVerifier = 1;
  let assemblyFormat = [{
    $tensor `[` $dims `]` attr-dict `:` type($tensor) `->` type($value)
  }];
}

def Lf_RetypeOp : Lf_GraphOp<"retype"> {
  let summary = "a tensor as a box, or a box's tensor";
  let description = [{
    Out of a box, the run fails unless it holds a tensor of the result's dtype
    and rank. All extents of the result are dynamic.
  }];
  let arguments = (ins Lf_Data:$source);
  let results = (outs Lf_Data:$value);
  let hasVerifier = 1;
  let assemblyFormat = "$source attr-dict `:` type($source) `->` type($value)";
}

def Lf_IfOp : Lf_GraphOp<"if", [SingleBlock]> {
  let summary = "runs one of two graphs";
  let description = [{
    The condition is a bool tensor or a size, which is true if it is not 0. Both
    graphs yield one value for each result, of the result's dtype and rank. An
    extent in which their types differ is dynamic in the result's type.
  }];
  let arguments = (ins AnyTypeOf<[AnyRankedTensor, I64]>:$condition);
  let results = (outs Variadic<Lf_Data>:$values);
  let regions = (region SizedRegion<1>:$then_body, SizedRegion<1>:$else_body);
  let hasVerifier = 1;
  let assemblyFormat = [{
    $condition `:` type($condition) `then` $then_body `else` $else_body
    attr-dict (`->` `(` type($values)^ `)`)?
  }];
}

def Lf_GraphLoopOp : Lf_GraphOp<"graph_loop", [SingleBlock,
                                               AttrSizedOperandSegments]> {
  let summary = "repeats a graph";
  let description = [{
    Runs the body at most `trip_count` times (absent: without bound), while the
    condition holds. The body's arguments are the iteration number (i64 tensor
    of rank 0) and the carried values. It yields the condition (bool tensor of
    rank 0), the next carried values, then `collected` tensors; each of these is
    stacked over the iterations along a new first dimension. Results: the last
    carried values, then the stacked tensors.
  }];
  let arguments = (ins Optional<AnyRankedTensor>:$trip_count,
                       Optional<AnyRankedTensor>:$condition,
                       Variadic<Lf_Data>:$init,
                       ConfinedAttr<I64Attr, [IntNonNegative]>:$collected);
  let results = (outs Variadic<Lf_Data>:$values);
  let regions = (region SizedRegion<1>:$body);
  let hasVerifier = 1;
  let assemblyFormat = [{
    (`up_to` $trip_count^ `:` type($trip_count))?
    (`if` $condition^ `:` type($condition))?
    `carry` `(` ($init^ `:` type($init))? `)` `collect` $collected $body attr-dict
    (`->` `(` type($values)^ `)`)?
  }];
}

def Lf_BoxOp : Lf_GraphOp<"box"> {
  let summary = "a host function on boxed values";
  let description = [{
    `function` is the number of a row of package/box_function.def, which
    documents the arguments, the results and the `extra` integers.
  }];
  let arguments = (ins Variadic<Lf_Data>:$args,
                       ConfinedAttr<I64Attr, [IntNonNegative]>:$function,
                       DenseI64ArrayAttr:$extra);
  let results = (outs Variadic<Lf_Data>:$values);
  let hasVerifier = 1;
  let assemblyFormat = [{
    $function `(` $args `)` `extra` $extra attr-dict
    `:` functional-type($args, $values)
  }];
}

//===--- Body level -------------------------------------------------------===//

def Lf_YieldOp : Lf_Op<"yield", [
    Pure, Terminator,
    ParentOneOf<["MapOp", "ContractOp", "ParallelOp", "IfOp", "GraphLoopOp",
                 "ForOp", "WhileOp", "BranchOp"]>]> {
  let summary = "ends a block with the values that its operation asks for";
  let arguments = (ins Variadic<AnyType>:$values);
  let assemblyFormat = "($values^ `:` type($values))? attr-dict";
}

def Lf_LiteralOp : Lf_BodyOp<"literal", [
    Pure, AllTypesMatch<["value", "result"]>]> {
  let summary = "a scalar constant";
  let arguments = (ins TypedAttrInterface:$value);
  let results = (outs Lf_Scalar:$result);
  let assemblyFormat = "$value attr-dict";
}

def Lf_ScalarOp : Lf_BodyOp<"scalar", [Pure]> {
  let summary = "a row of package/scalar_op.def";
  let arguments = (ins Lf_ScalarOpAttr:$op, Variadic<Lf_Scalar>:$args);
  let results = (outs Lf_Scalar:$result);
  let hasVerifier = 1;
  let assemblyFormat = [{
    $op `(` $args `)` attr-dict `:` functional-type($args, $result)
  }];
}

def Lf_LoadOp : Lf_BodyOp<"load", [AttrSizedOperandSegments,
                               MemoryEffects<[MemRead]>]> {
  let summary = "an element, or `other` where the guard is false";
  let arguments = (ins AnyRankedTensor:$tensor, Variadic<I64>:$indices,
                       Optional<I1>:$guard, Optional<Lf_Scalar>:$other);
  let results = (outs Lf_Scalar:$value);
  let hasVerifier = 1;
  let assemblyFormat = [{
    $tensor `[` $indices `]` (`if` $guard^ `else` $other `:` type($other))?
    attr-dict `:` type($tensor) `->` type($value)
  }];
}

def Lf_StoreOp : Lf_BodyOp<"store", [AttrSizedOperandSegments,
                                 MemoryEffects<[MemWrite]>]> {
  let summary = "sets an element of a result of `parallel`";
  let arguments = (ins Lf_Scalar:$value, AnyRankedTensor:$buffer,
                       Variadic<I64>:$indices, Optional<I1>:$guard);
  let hasVerifier = 1;
  let assemblyFormat = [{
    $value `to` $buffer `[` $indices `]` (`if` $guard^)? attr-dict
    `:` type($value) `,` type($buffer)
  }];
}

def Lf_ForOp : Lf_BodyOp<"for", [RecursiveMemoryEffects, SingleBlock]> {
  let summary = "a counted loop that carries scalars";
  let description = [{
    The body's arguments are the index, in [low, high), and the carried scalars;
    it yields the next carried scalars. Results: the last carried scalars.
  }];
  let arguments = (ins I64:$low, I64:$high, Variadic<Lf_Scalar>:$init);
  let results = (outs Variadic<Lf_Scalar>:$values);
  let regions = (region SizedRegion<1>:$body);
  let hasVerifier = 1;
  let assemblyFormat = [{
    $low `to` $high `carry` `(` ($init^ `:` type($init))? `)` $body attr-dict
    (`->` `(` type($values)^ `)`)?
  }];
}

def Lf_WhileOp : Lf_BodyOp<"while", [RecursiveMemoryEffects, SingleBlock]> {
  let summary = "repeats while the first yielded value is true";
  let arguments = (ins Variadic<Lf_Scalar>:$init);
  let results = (outs Variadic<Lf_Scalar>:$values);
  let regions = (region SizedRegion<1>:$body);
  let hasVerifier = 1;
  let assemblyFormat = [{
    `carry` `(` ($init^ `:` type($init))? `)` $body attr-dict
    (`->` `(` type($values)^ `)`)?
  }];
}

def Lf_BranchOp : Lf_BodyOp<"branch", [RecursiveMemoryEffects, SingleBlock]> {
  let summary = "one of two scalar bodies";
  let arguments = (ins I1:$condition);
  let results = (outs Variadic<Lf_Scalar>:$values);
  let regions = (region SizedRegion<1>:$then_body, SizedRegion<1>:$else_body);
  let hasVerifier = 1;
  let assemblyFormat = [{
    $condition `then` $then_body `else` $else_body attr-dict
    (`->` `(` type($values)^ `)`)?
  }];
}

def Lf_CheckOp : Lf_BodyOp<"check", [MemoryEffects<[MemWrite]>]> {
  let summary = "fails the run unless the condition holds";
  let description = [{
    The error has the message, the model node of the operation's location, and
    the value, if there is one, under the name `value_name`.
  }];
  let arguments = (ins I1:$condition, Optional<I64>:$value, StrAttr:$message,
                       OptionalAttr<StrAttr>:$value_name);
  let hasVerifier = 1;
  let assemblyFormat = [{
    $condition (`reports` $value^ `as` $value_name)? `,` $message attr-dict
  }];
}

#endif // LANDFALL_IR_LF_TD
