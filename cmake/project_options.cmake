# Warnings and sanitizers, as interface targets that our own targets link.

# A section for each function, so that the linker can leave out of the addon what nothing calls.
if(NOT MSVC)
  add_compile_options(-ffunction-sections -fdata-sections)
endif()

add_library(project_warnings INTERFACE)
if(MSVC)
  target_compile_options(project_warnings INTERFACE /W4 /permissive- /utf-8)
  if(ESCHER_WERROR)
    target_compile_options(project_warnings INTERFACE /WX)
  endif()
else()
  # -Wsign-conversion stays out: the border to POSIX and to Asio is full of signed sizes.
  target_compile_options(project_warnings INTERFACE
    -Wall -Wextra -Wpedantic -Wshadow -Wconversion -Wno-sign-conversion
    -Wnon-virtual-dtor -Woverloaded-virtual -Wold-style-cast -Wcast-align -Wimplicit-fallthrough -Wundef)
  if(ESCHER_WERROR)
    target_compile_options(project_warnings INTERFACE -Werror)
  endif()
endif()

add_library(project_sanitizers INTERFACE)
if(ESCHER_SANITIZE)
  target_compile_options(project_sanitizers INTERFACE
    -fsanitize=${ESCHER_SANITIZE} -fno-omit-frame-pointer -fno-sanitize-recover=all)
  target_link_options(project_sanitizers INTERFACE -fsanitize=${ESCHER_SANITIZE})
  if(ESCHER_SANITIZE MATCHES "thread" AND CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
    # Asio's fences, inlined into our code: g++ warns that ThreadSanitizer does not model them.
    target_compile_options(project_sanitizers INTERFACE -Wno-tsan)
  endif()
endif()
