# Writes OUTPUT, a C++ source that defines the page: the first of FILES with its style and its scripts put in.
set(style "")
set(script "")
foreach(file IN LISTS FILES)
  file(READ "${file}" text)
  if(file MATCHES "\\.css$")
    string(APPEND style "${text}")
  elseif(file MATCHES "\\.js$")
    string(APPEND script "${text}")
  else()
    set(page "${text}")
  endif()
endforeach()
string(REPLACE "@STYLE@" "${style}" page "${page}")
string(REPLACE "@SCRIPT@" "${script}" page "${page}")
# Compilers limit the length of one literal; adjacent ones are joined.
string(LENGTH "${page}" length)
set(literals "")
set(begin 0)
while(begin LESS length)
  string(SUBSTRING "${page}" ${begin} 8000 piece)
  string(APPEND literals "R\"stepwell_page(${piece})stepwell_page\"\n")
  math(EXPR begin "${begin} + 8000")
endwhile()
file(WRITE "${OUTPUT}" "#include \"stepwell/view/page.h\"\n
namespace stepwell::view {\n
std::string_view PageTemplate() {\n  static constexpr std::string_view kPage = ${literals};\n  return kPage;\n}\n
}  // namespace stepwell::view\n")
