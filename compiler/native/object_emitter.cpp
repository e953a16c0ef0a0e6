//===- object_emitter.cpp - LLVM IR to machine code -----------------------===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#include "compiler/native/object_emitter.h"

#include "llvm/Analysis/CGSCCPassManager.h"
#include "llvm/Analysis/LoopAnalysisManager.h"
#include "llvm/IR/LegacyPassManager.h"
#include "llvm/IR/PassManager.h"
#include "llvm/IR/Verifier.h"
#include "llvm/MC/TargetRegistry.h"
#include "llvm/Passes/PassBuilder.h"
#include "llvm/Support/SmallVectorMemoryBuffer.h"
#include "llvm/Support/TargetSelect.h"
#include "llvm/Target/TargetMachine.h"
#include "llvm/Target/TargetOptions.h"
#include "llvm/Transforms/Scalar.h"
#include "llvm/Transforms/Utils.h"

#include <fmt/format.h>
#include <mutex>

namespace landfall::native {

namespace {

/// The generators emit loops in their final form, so that only clean-up passes
/// run. None may introduce library calls (loop-idiom would).
constexpr std::string_view passes =
    "function(early-cse<memssa>,instcombine<no-verify-fixpoint>,simplifycfg,"
    "loop-mssa(licm),early-cse<memssa>,instcombine<no-verify-fixpoint>,"
    "simplifycfg)";

void initialize_targets() {
  static std::once_flag once;
  std::call_once(once, [] {
    LLVMInitializeX86TargetInfo();
    LLVMInitializeX86Target();
    LLVMInitializeX86TargetMC();
    LLVMInitializeX86AsmPrinter();
    LLVMInitializeAArch64TargetInfo();
    LLVMInitializeAArch64Target();
    LLVMInitializeAArch64TargetMC();
    LLVMInitializeAArch64AsmPrinter();
    LLVMInitializeRISCVTargetInfo();
    LLVMInitializeRISCVTarget();
    LLVMInitializeRISCVTargetMC();
    LLVMInitializeRISCVAsmPrinter();
    // Innermost loops may be written in assembly.
    LLVMInitializeRISCVAsmParser();
  });
}

/// Passes of LLVM's code generator but for loop strength reduction, a sixth of
/// the time: it finds variables for addresses that the instructions of x86 add
/// and scale as well.
class WithoutStrengthReduction : public llvm::legacy::PassManager {
public:
  void add(llvm::Pass *pass) override {
    std::unique_ptr<llvm::Pass> owned(pass);
    if (!llvm::is_contained(left_out_, pass->getPassID()))
      PassManager::add(owned.release());
  }

private:
  static llvm::AnalysisID id_of(llvm::Pass *pass) {
    return std::unique_ptr<llvm::Pass>(pass)->getPassID();
  }

  /// The second prepares loops for the first.
  llvm::AnalysisID left_out_[2] = {
      id_of(llvm::createLoopStrengthReducePass()),
      id_of(llvm::createCanonicalizeFreezeInLoopsPass())};
};

Error internal(const std::string &what) {
  return {ErrorCode::internal,
          fmt::format("generating machine code failed: {}; this is a bug in "
                      "Landfall, please report it",
                      what)};
}

} // namespace

ObjectEmitter::ObjectEmitter(std::unique_ptr<llvm::TargetMachine> machine,
                             const Variant &variant)
    : machine_(std::move(machine)), tuning_(variant.tuning),
      is_scaling_(machine_->getTargetTriple().isX86() &&
                  variant.machine.vector.register_bits == 512) {}
ObjectEmitter::ObjectEmitter(ObjectEmitter &&) noexcept = default;
ObjectEmitter::~ObjectEmitter() = default;

Result<ObjectEmitter> ObjectEmitter::create(const Variant &variant) {
  initialize_targets();
  llvm::Triple triple{llvm::StringRef(variant.triple)};
  std::string error;
  const llvm::Target *target =
      llvm::TargetRegistry::lookupTarget(triple, error);
  if (!target)
    return internal(error);
  llvm::TargetOptions options;
  options.MCOptions.ABIName = variant.abi;
  std::unique_ptr<llvm::TargetMachine> machine(target->createTargetMachine(
      triple, variant.processor, variant.features, options, llvm::Reloc::PIC_,
      variant.code_model, llvm::CodeGenOptLevel::Default));
  if (!machine)
    return internal(fmt::format("no machine '{}'", variant.name));
  return ObjectEmitter(std::move(machine), variant);
}

void ObjectEmitter::prepare(llvm::Module &module) {
  module.setTargetTriple(machine_->getTargetTriple());
  module.setDataLayout(machine_->createDataLayout());
}

void ObjectEmitter::optimize(llvm::Module &module) {
  llvm::LoopAnalysisManager loops;
  llvm::FunctionAnalysisManager functions;
  llvm::CGSCCAnalysisManager components;
  llvm::ModuleAnalysisManager modules;
  llvm::PassBuilder builder(machine_.get());
  builder.registerModuleAnalyses(modules);
  builder.registerCGSCCAnalyses(components);
  builder.registerFunctionAnalyses(functions);
  builder.registerLoopAnalyses(loops);
  builder.crossRegisterProxies(loops, functions, components, modules);
  llvm::ModulePassManager manager;
  llvm::cantFail(builder.parsePassPipeline(manager, passes));
  manager.run(module, modules);
}

Status ObjectEmitter::emit(llvm::Module &module,
                           llvm::SmallVectorImpl<char> &to,
                           llvm::CodeGenFileType type) {
  std::string message;
  llvm::raw_string_ostream text(message);
  if (llvm::verifyModule(module, &text))
    return internal(message);
  if (!tuning_.empty())
    for (llvm::Function &function : module)
      function.addFnAttr("tune-cpu", tuning_);
  llvm::raw_svector_ostream stream(to);
  std::unique_ptr<llvm::legacy::PassManager> manager;
  if (is_scaling_)
    manager = std::make_unique<WithoutStrengthReduction>();
  else
    manager = std::make_unique<llvm::legacy::PassManager>();
  if (machine_->addPassesToEmitFile(*manager, stream, nullptr, type))
    return internal("no such output for this machine");
  manager->run(module);
  return {};
}

Result<std::vector<uint8_t>> ObjectEmitter::emit(llvm::Module &module) {
  llvm::SmallVector<char, 0> object;
  TRY(emit(module, object, llvm::CodeGenFileType::ObjectFile));
  return std::vector<uint8_t>(object.begin(), object.end());
}

Result<std::string> ObjectEmitter::assembly(llvm::Module &module) {
  llvm::SmallVector<char, 0> text;
  TRY(emit(module, text, llvm::CodeGenFileType::AssemblyFile));
  return std::string(text.begin(), text.end());
}

} // namespace landfall::native
