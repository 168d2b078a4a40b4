# framex_add_plugin(NAME SOURCE...): the target NAME builds NAME.so, which `framex run --load-plugins ./NAME.so` loads when
# one of the sources ends with FRAMEX_EXPORT_PLUGIN(class). Works beside the sources of framex and after find_package(framex).
function(framex_add_plugin name)
    add_library(${name} MODULE ${ARGN})
    target_link_libraries(${name} PRIVATE framex::framex)
    # Two plugins may have classes of one name: neither sees the other's.
    set_target_properties(${name} PROPERTIES PREFIX "" CXX_VISIBILITY_PRESET hidden VISIBILITY_INLINES_HIDDEN ON)
    target_compile_options(${name} PRIVATE $<$<CXX_COMPILER_ID:GNU>:-fno-gnu-unique>)
    # An inline function that host and plugin both have, perhaps by two compilers: each calls its own.
    target_link_options(${name} PRIVATE -Wl,-Bsymbolic-functions)
endfunction()
