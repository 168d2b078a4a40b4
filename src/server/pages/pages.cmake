# The documentation pages: fetches the packages of packaging/npm.txt, and embeds their files and those of this folder,
# gzip'd, in the target framex. Without npm or its registry the packages' pages are left out; the rest still works.
# Included after add_library(framex ...). Needs gzip; npm and a network only until the cache is filled.
set(framex_pages_source ${CMAKE_CURRENT_LIST_DIR})
set(framex_pages_binary ${PROJECT_BINARY_DIR}/pages)
set(framex_assets "") # names; for each name framex_asset_<name>_{type,hash,gzip}
find_program(FRAMEX_GZIP gzip REQUIRED)
find_program(FRAMEX_NPM npm)

# "sha512-<base64>" of a file, as npm spells it: three hexadecimal digits make two of base64.
function(framex_integrity file out)
    set(digits "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/")
    file(SHA512 ${file} hex)
    set(text "sha512-")
    foreach(at RANGE 0 126 3)
        string(SUBSTRING "${hex}0" ${at} 3 three)
        math(EXPR high "0x${three} >> 6")
        math(EXPR low "0x${three} & 63")
        string(SUBSTRING ${digits} ${high} 1 first)
        string(SUBSTRING ${digits} ${low} 1 second)
        string(APPEND text ${first}${second})
    endforeach()
    set(${out} "${text}==" PARENT_SCOPE)
endfunction()

# Puts NAME-VERSION.tgz into the cache that all build folders share. Sets `out` to its path, or to nothing and
# framex_pages_problem to the reason.
function(framex_fetch name version integrity out)
    set(${out} "" PARENT_SCOPE)
    set(cache ${framex_pages_binary}/npm)
    if(DEFINED ENV{XDG_CACHE_HOME})
        set(cache $ENV{XDG_CACHE_HOME}/framex/npm)
    elseif(DEFINED ENV{HOME})
        set(cache $ENV{HOME}/.cache/framex/npm)
    endif()
    set(tarball ${cache}/${name}-${version}.tgz)
    if(EXISTS ${tarball})
        framex_integrity(${tarball} found)
        if(found STREQUAL integrity)
            set(${out} ${tarball} PARENT_SCOPE)
            return()
        endif()
    endif()
    if(NOT FRAMEX_NPM)
        set(framex_pages_problem "npm was not found" PARENT_SCOPE)
        return()
    endif()
    set(inbox ${framex_pages_binary}/inbox)
    file(REMOVE_RECURSE ${inbox})
    file(MAKE_DIRECTORY ${inbox} ${cache})
    execute_process(COMMAND ${FRAMEX_NPM} pack ${name}@${version} --ignore-scripts --fetch-retries=1 --fetch-timeout=30000
        WORKING_DIRECTORY ${inbox} TIMEOUT 180 RESULT_VARIABLE failed OUTPUT_QUIET ERROR_QUIET)
    file(GLOB fetched ${inbox}/*.tgz)
    if(failed OR NOT fetched)
        set(framex_pages_problem "npm pack ${name}@${version} failed" PARENT_SCOPE)
        return()
    endif()
    framex_integrity(${fetched} found)
    if(NOT found STREQUAL integrity)
        message(FATAL_ERROR "${name} ${version} is not what packaging/npm.txt pins: expected ${integrity}, found ${found}")
    endif()
    file(COPY_FILE ${fetched} ${cache}/inbox-${name}-${version}.tgz)
    file(RENAME ${cache}/inbox-${name}-${version}.tgz ${tarball})
    set(${out} ${tarball} PARENT_SCOPE)
endfunction()

# Embeds one file under /docs/assets/; `name` is "stem.extension", as the pages refer to it.
function(framex_embed file name type)
    file(SHA256 ${file} hash)
    string(SUBSTRING ${hash} 0 16 hash)
    set(gzip ${framex_pages_binary}/${hash}.gz)
    if(NOT EXISTS ${gzip})
        execute_process(COMMAND ${FRAMEX_GZIP} -9 -n -c ${file} OUTPUT_FILE ${gzip}.part COMMAND_ERROR_IS_FATAL ANY)
        file(RENAME ${gzip}.part ${gzip})
    endif()
    set(framex_assets ${framex_assets} ${name} PARENT_SCOPE)
    set(framex_asset_${name}_type ${type} PARENT_SCOPE)
    set(framex_asset_${name}_hash ${hash} PARENT_SCOPE)
    set(framex_asset_${name}_gzip ${gzip} PARENT_SCOPE)
endfunction()

block()
set(framex_pages_problem "")
file(STRINGS ${PROJECT_SOURCE_DIR}/packaging/npm.txt framex_npm_lines REGEX "^[^#]")
foreach(line ${framex_npm_lines})
    string(REPLACE " " ";" line "${line}")
    list(GET line 0 name)
    list(GET line 1 version)
    list(GET line 2 integrity)
    framex_fetch(${name} ${version} ${integrity} tarball)
    if(NOT tarball)
        break()
    endif()
    set(unpacked ${framex_pages_binary}/${name}-${version})
    if(NOT EXISTS ${unpacked})
        file(ARCHIVE_EXTRACT INPUT ${tarball} DESTINATION ${unpacked}.part)
        file(RENAME ${unpacked}.part ${unpacked})
    endif()
    set(framex_npm_${name} ${unpacked}/package)
endforeach()

if(framex_pages_problem)
    message(STATUS "framex: /docs and /redoc are left out: ${framex_pages_problem} (packaging/npm.txt lists what they need)")
else()
    set(swagger ${framex_npm_swagger-ui-dist})
    set(redoc ${framex_npm_redoc})
    # Redoc names one picture on another host: its maker's logo. The pages ask no other host.
    file(READ ${redoc}/bundles/redoc.standalone.js text)
    string(REPLACE "https://cdn.redoc.ly/redoc/logo-mini.svg" "data:image/svg+xml,%3Csvg xmlns='http://www.w3.org/2000/svg'/%3E"
        text "${text}")
    file(WRITE ${framex_pages_binary}/redoc.js "${text}")
    set(text "")
    foreach(licence ${swagger}/NOTICE ${swagger}/LICENSE ${swagger}/swagger-ui-bundle.js.LICENSE.txt
            ${redoc}/LICENSE ${redoc}/bundles/redoc.standalone.js.LICENSE.txt)
        file(RELATIVE_PATH relative ${framex_pages_binary} ${licence})
        string(REPLACE "/package/" ": " relative ${relative})
        file(READ ${licence} part)
        string(APPEND text "==== ${relative} ====\n\n${part}\n")
    endforeach()
    file(WRITE ${framex_pages_binary}/licences.txt "${text}")
    framex_embed(${swagger}/swagger-ui-bundle.js swagger-ui.js text/javascript)
    framex_embed(${swagger}/swagger-ui.css swagger-ui.css text/css)
    framex_embed(${framex_pages_binary}/redoc.js redoc.js text/javascript)
    framex_embed(${framex_pages_binary}/licences.txt licences.txt text/plain)
    if(FRAMEX_INSTALL)
        install(FILES ${framex_pages_binary}/licences.txt DESTINATION share/doc/framex RENAME licences-of-pages.txt
            COMPONENT runtime)
    endif()
endif()
foreach(name swagger_page.js redoc_page.js stream_page.js)
    framex_embed(${framex_pages_source}/${name} ${name} text/javascript)
endforeach()
framex_embed(${framex_pages_source}/pages.css pages.css text/css)
foreach(name swagger.html redoc.html stream.html absent.html)
    framex_embed(${framex_pages_source}/${name} ${name} text/html)
endforeach()

# One translation unit: the octets by .incbin, and the table that src/server/pages/assets.hpp declares.
set(octets "")
set(declarations "")
set(rows "")
set(gzips "")
set(index 0)
foreach(name ${framex_assets})
    string(APPEND octets "    \".globl framex_asset_${index}\\n.hidden framex_asset_${index}\\n\"\n"
        "    \".globl framex_asset_${index}_end\\n.hidden framex_asset_${index}_end\\n\"\n"
        "    \"framex_asset_${index}:\\n.incbin \\\"${framex_asset_${name}_gzip}\\\"\\nframex_asset_${index}_end:\\n\"\n")
    string(APPEND declarations "extern \"C\" [[gnu::visibility(\"hidden\")]] char const framex_asset_${index}[];\n"
        "extern \"C\" [[gnu::visibility(\"hidden\")]] char const framex_asset_${index}_end[];\n")
    string(APPEND rows "    {\"${name}\", \"${framex_asset_${name}_type}\", \"${framex_asset_${name}_hash}\", "
        "{framex_asset_${index}, framex_asset_${index}_end}},\n")
    list(APPEND gzips ${framex_asset_${name}_gzip})
    math(EXPR index "${index} + 1")
endforeach()
file(CONFIGURE OUTPUT ${framex_pages_binary}/assets.cpp @ONLY CONTENT [[
#include "server/pages/assets.hpp"

asm(".section .rodata\n"
@octets@    ".previous\n");
@declarations@
namespace framex::pages {
static embedded_asset const assets[] = {
@rows@};
std::span<embedded_asset const> embedded_assets() noexcept { return assets; }
} // namespace framex::pages
]])
set_source_files_properties(${framex_pages_binary}/assets.cpp PROPERTIES
    OBJECT_DEPENDS "${gzips}" SKIP_PRECOMPILE_HEADERS ON)
file(GLOB framex_pages_files ${framex_pages_source}/*.html ${framex_pages_source}/*.js ${framex_pages_source}/*.css)
set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS ${PROJECT_SOURCE_DIR}/packaging/npm.txt ${framex_pages_files})
target_sources(framex PRIVATE ${framex_pages_binary}/assets.cpp)
endblock()
