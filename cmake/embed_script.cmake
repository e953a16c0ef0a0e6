# Run as a script (Embed.cmake): writes OUTPUT, a C++ file that defines FUNCTION in
# NAMESPACE, which gives the files of INPUTS as a list of TYPE{name, contents}.
#   cmake -DOUTPUT=... -DHEADER=... -DNAMESPACE=... -DTYPE=... -DFUNCTION=... -DINPUTS=a;b -P
set(arrays "")
set(rows "")
set(number 0)
foreach(input ${INPUTS})
  get_filename_component(name ${input} NAME_WE)
  file(READ ${input} bytes HEX)
  string(REGEX REPLACE "([0-9a-f][0-9a-f])" "0x\\1," bytes "${bytes}")
  string(REGEX REPLACE "(................................................................................)"
         "\\1\n" bytes "${bytes}")
  string(APPEND arrays "constexpr unsigned char file${number}[] = {\n${bytes}0};\n")
  string(APPEND rows "    {\"${name}\",\n     {reinterpret_cast<const char *>(file${number}), sizeof(file${number}) - 1}},\n")
  math(EXPR number "${number} + 1")
endforeach()
file(WRITE ${OUTPUT} "// Generated: files as data.
#include \"${HEADER}\"

namespace ${NAMESPACE} {
namespace {
${arrays}} // namespace

std::span<const ${TYPE}> ${FUNCTION}() {
  static const ${TYPE} list[] = {
${rows}  };
  return list;
}

} // namespace ${NAMESPACE}
")
