# segr_add_ptx(TARGET MODULE...) : compiles src/kernels/MODULE.cu to PTX for every architecture asked for that the compiler knows and links
# the text into TARGET. Clang needs no CUDA toolkit for that; nvcc does as well. Without either the library is built all the same and says at
# run time that it holds no GPU code.

# One: PTX is compiled for the GPU at hand by its driver, and what clang makes of these kernels for sm_80, sm_89 and sm_90 is the text for
# sm_75 but for its header (4 x 774 kB before). More pays when a kernel uses what only newer GPUs have.
set(SEGR_CUDA_ARCHITECTURES 75 CACHE STRING "Compute capabilities that GPU code is built for")
set(SEGR_CUDA_COMPILER "" CACHE FILEPATH "clang or nvcc for GPU code; found where empty")

function(segr_find_cuda_compiler)
  if(SEGR_CUDA_COMPILER)
    set(compiler "${SEGR_CUDA_COMPILER}")
  else()
    find_program(SEGR_FOUND_CUDA_COMPILER NAMES clang-22 clang-21 clang-20 clang-19 clang-18 clang-17 clang-16 clang nvcc clang-15 clang-14
                 PATHS /usr/local/cuda/bin)
    set(compiler "${SEGR_FOUND_CUDA_COMPILER}")
  endif()
  if(compiler MATCHES "nvcc")
    set(flags -ptx -x cu -std=c++20 --fmad=false -I "${CMAKE_CURRENT_SOURCE_DIR}/src/kernels")
  else()
    # Freestanding: the kernels need nothing but clang's own stdint.h, so that the host's headers, whatever they are, stay out.
    set(flags -x cuda --cuda-device-only -nocudainc -nocudalib -ffreestanding -std=c++20 -O3 -ffp-contract=off -S -Wall -Wextra -Wshadow
              -Wno-unknown-cuda-version -Wno-unused-command-line-argument)
  endif()
  set(segr_cuda_compiler "${compiler}" PARENT_SCOPE)
  set(segr_cuda_flags "${flags}" PARENT_SCOPE)
endfunction()

# The flags for one architecture. The oldest PTX version that has it, so that older drivers take it.
function(segr_cuda_architecture_flags architecture result)
  if(segr_cuda_compiler MATCHES "nvcc")
    set(${result} -arch=compute_${architecture} PARENT_SCOPE)
    return()
  endif()
  if(architecture GREATER_EQUAL 89)
    set(version 78)
  elseif(architecture GREATER_EQUAL 80)
    set(version 70)
  else()
    set(version 63)
  endif()
  set(${result} --cuda-gpu-arch=sm_${architecture} -Xclang -target-feature -Xclang +ptx${version} PARENT_SCOPE)
endfunction()

function(segr_add_ptx target)
  segr_find_cuda_compiler()
  set(probe "${CMAKE_CURRENT_BINARY_DIR}/probe.cu")
  file(CONFIGURE OUTPUT "${probe}" CONTENT "\n")
  set(architectures "")
  set(skipped "")
  foreach(architecture IN LISTS SEGR_CUDA_ARCHITECTURES)
    set(status 1)
    if(segr_cuda_compiler)
      segr_cuda_architecture_flags(${architecture} flags)
      execute_process(COMMAND "${segr_cuda_compiler}" ${segr_cuda_flags} ${flags} "${probe}" -o "${CMAKE_CURRENT_BINARY_DIR}/probe.ptx"
                      RESULT_VARIABLE status OUTPUT_QUIET ERROR_QUIET)
    endif()
    if(status EQUAL 0)
      list(APPEND architectures ${architecture})
    else()
      list(APPEND skipped sm_${architecture})
    endif()
  endforeach()
  list(JOIN architectures " sm_" built)
  list(JOIN skipped " " left)
  if(NOT architectures)
    message(STATUS "GPU code: skipped; clang 16 or newer, or nvcc, builds it (Debian: apt-get install clang-19)")
  elseif(skipped)
    message(STATUS "GPU code: sm_${built} with ${segr_cuda_compiler}; it does not know ${left}, whose GPUs run the code of an older one")
  else()
    message(STATUS "GPU code: sm_${built} with ${segr_cuda_compiler}")
  endif()

  file(GLOB headers CONFIGURE_DEPENDS "${CMAKE_CURRENT_SOURCE_DIR}/src/kernels/*.h")
  set(items "")
  set(files "")
  foreach(architecture IN LISTS architectures)
    segr_cuda_architecture_flags(${architecture} flags)
    foreach(module IN LISTS ARGN)
      set(source "${CMAKE_CURRENT_SOURCE_DIR}/src/kernels/${module}.cu")
      set(output "${CMAKE_CURRENT_BINARY_DIR}/${module}.sm_${architecture}.ptx")
      add_custom_command(OUTPUT "${output}"
        COMMAND "${segr_cuda_compiler}" ${segr_cuda_flags} ${flags} "${source}" -o "${output}"
        DEPENDS "${source}" ${headers} COMMENT "GPU code ${module} for sm_${architecture}" VERBATIM)
      list(APPEND files "${output}")
      list(APPEND items "${module}:${architecture}:${output}")
    endforeach()
  endforeach()
  set(embedded "${CMAKE_CURRENT_BINARY_DIR}/ptx_data.cpp")
  add_custom_command(OUTPUT "${embedded}"
    COMMAND "${CMAKE_COMMAND}" "-DOUTPUT=${embedded}" "-DFILES=${items}" -P "${CMAKE_CURRENT_SOURCE_DIR}/cmake/embed_ptx.cmake"
    DEPENDS ${files} "${CMAKE_CURRENT_SOURCE_DIR}/cmake/embed_ptx.cmake" COMMENT "GPU code as C++" VERBATIM)
  target_sources(${target} PRIVATE "${embedded}")
endfunction()
