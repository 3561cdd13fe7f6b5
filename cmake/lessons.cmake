# What one lesson adds to the build, and what ./lab has to know to build a student's file.

# Reads the lessons' names from course.toml, the only list of them, into LAB_LESSONS.
function(lab_read_course)
    set(course ${CMAKE_SOURCE_DIR}/lessons/course.toml)
    set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS ${course})
    file(STRINGS ${course} names REGEX "^name *= *\".*\"")
    list(TRANSFORM names REPLACE "^name *= *\"(.*)\".*" "\\1")
    set(LAB_LESSONS ${names} PARENT_SCOPE)
endfunction()

# The sources in a folder. A file that comes or goes changes the folder's time, and CMake runs again;
# unlike CONFIGURE_DEPENDS that costs nothing when nothing has changed.
function(lab_glob variable folder)
    file(GLOB sources ${CMAKE_SOURCE_DIR}/${folder}/*.cpp)
    set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS ${CMAKE_SOURCE_DIR}/${folder})
    set(${variable} ${sources} PARENT_SCOPE)
endfunction()

# add_lesson(NN_name): the lesson's test, once for the recorder and once for the judge, the reference
# solution that later lessons are graded with, the demo, and ctest's entry.
function(add_lesson name)
    string(SUBSTRING ${name} 0 2 number)
    target_include_directories(lab_types INTERFACE lessons/${name})

    add_library(recorder_${number} OBJECT tests/${name}/test.cpp)
    target_link_libraries(recorder_${number} PRIVATE recorder_runtime)

    lab_glob(judge_sources tests/${name})
    target_sources(judge PRIVATE ${judge_sources})

    lab_glob(solution solutions/${name})
    add_library(solution_${number} OBJECT ${solution})
    target_link_libraries(solution_${number} PRIVATE lab_types)
    target_compile_options(solution_${number} PRIVATE -O3)

    if(EXISTS ${CMAKE_SOURCE_DIR}/lessons/${name}/demo.cpp)
        add_library(demo_${number} OBJECT lessons/${name}/demo.cpp)
        target_link_libraries(demo_${number} PRIVATE lab_types)
    endif()

    add_test(NAME lesson-${number} COMMAND lab check ${name}
             WORKING_DIRECTORY ${CMAKE_SOURCE_DIR})
    set_tests_properties(lesson-${number} PROPERTIES LABELS lesson)
endfunction()

# The test that runs with all of a student's own code.
function(add_integration)
    add_library(recorder_integration OBJECT tests/integration/test.cpp)
    target_link_libraries(recorder_integration PRIVATE recorder_runtime)
    lab_glob(judge_sources tests/integration)
    target_sources(judge PRIVATE ${judge_sources})
endfunction()

# Writes toolchain.json: how ./lab compiles a student's file and links it to a recorder. The
# precompiled header is made here with the very same flags.
function(lab_write_toolchain)
    # What a student's file is compiled with. Parameters that a stub does not use yet are no news.
    set(flags -std=c++20 -O1 -Wall -Wextra -Wno-unused-parameter)

    set(header ${CMAKE_BINARY_DIR}/student/student.h)
    configure_file(cmake/student.h ${header} COPYONLY)
    set(includes ${CMAKE_SOURCE_DIR}/lessons)
    foreach(name IN LISTS LAB_LESSONS)
        list(APPEND includes ${CMAKE_SOURCE_DIR}/lessons/${name})
    endforeach()
    set(system "$<TARGET_PROPERTY:Eigen3::Eigen,INTERFACE_INCLUDE_DIRECTORIES>")
    add_custom_command(
        OUTPUT ${header}.gch
        COMMAND ${CMAKE_CXX_COMPILER} ${flags}
                "-I$<JOIN:${includes},;-I>" "-isystem$<JOIN:${system},;-isystem>"
                -x c++-header ${header} -o ${header}.gch
        DEPENDS ${header} lessons/lab.h
        COMMENT "Precompiling the students' header"
        COMMAND_EXPAND_LISTS VERBATIM)
    add_custom_target(student_header ALL DEPENDS ${header}.gch)

    find_program(LAB_MOLD mold)
    set(link_flags -static)
    if(LAB_MOLD)
        list(PREPEND link_flags -fuse-ld=mold)
    endif()

    set(entries "")
    foreach(name IN LISTS LAB_LESSONS)
        string(SUBSTRING ${name} 0 2 number)
        set(demo "")
        if(TARGET demo_${number})
            set(demo "\"$<TARGET_OBJECTS:demo_${number}>\"")
        endif()
        list(APPEND entries "    \"${name}\": {\"test\": [\"$<TARGET_OBJECTS:recorder_${number}>\"], \
\"solution\": [\"$<JOIN:$<TARGET_OBJECTS:solution_${number}>,\", \">\"], \"demo\": [${demo}]}")
    endforeach()
    list(JOIN entries ",\n" entries)
    list(JOIN includes "\", \"" includes)
    list(JOIN flags "\", \"" flags)
    list(JOIN link_flags "\", \"" link_flags)
    file(GENERATE OUTPUT ${CMAKE_BINARY_DIR}/toolchain.json CONTENT "{
  \"compiler\": \"${CMAKE_CXX_COMPILER}\",
  \"version\": \"${CMAKE_CXX_COMPILER_ID} ${CMAKE_CXX_COMPILER_VERSION}\",
  \"flags\": [\"${flags}\"],
  \"include_directories\": [\"${includes}\"],
  \"system_include_directories\": [\"$<JOIN:${system},\", \">\"],
  \"header\": \"${header}\",
  \"link_flags\": [\"${link_flags}\"],
  \"runtime\": [\"$<TARGET_FILE:recorder_runtime>\", \"$<TARGET_FILE:nn>\", \"$<TARGET_FILE:Catch2::Catch2>\"],
  \"demo_runtime\": [\"$<TARGET_FILE:demo_runtime>\", \"$<TARGET_FILE:nn>\"],
  \"torch_version\": \"${Torch_VERSION}\",
  \"lessons\": {
${entries}
  },
  \"integration\": [\"$<TARGET_OBJECTS:recorder_integration>\"]
}
")
endfunction()
