# cmake -DINPUT=FILE -DOUTPUT=FILE.cc -P embed.cmake: the bytes of INPUT as SchemaSource().
file(READ ${INPUT} bytes HEX)
string(REGEX REPLACE "(................................)" "\\1\n" bytes "${bytes}")
string(REGEX REPLACE "([0-9a-f][0-9a-f])" "'\\\\x\\1'," bytes "${bytes}")
file(WRITE ${OUTPUT} "#include \"config/schema_source.h\"

namespace porthole::config {
namespace {

constexpr char kBytes[] = {
${bytes}};

}  // namespace

std::string_view SchemaSource() {
  return {kBytes, sizeof kBytes};
}

}  // namespace porthole::config
")
