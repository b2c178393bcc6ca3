# Writes OUTPUT, which says what was built: what was GIVEN, else the commit of the working tree SOURCE
# ("-dirty" where its files differ from that), else what `git archive` put into revision.txt, else
# "unknown". A repository that SOURCE merely lies in, unpacked, is somebody else's and not asked.
#   cmake -DSOURCE=… -DOUTPUT=… [-DGIVEN=…] -P revision.cmake
function(ask_git answer)
  execute_process(COMMAND git -C ${SOURCE} ${ARGN} RESULT_VARIABLE failed OUTPUT_VARIABLE said
    OUTPUT_STRIP_TRAILING_WHITESPACE ERROR_QUIET)
  if(failed)
    set(said "")
  endif()
  set(${answer} "${said}" PARENT_SCOPE)
endfunction()

set(revision "${GIVEN}")
if(NOT revision)
  file(REAL_PATH ${SOURCE} own)
  ask_git(top rev-parse --show-toplevel)
  if(top STREQUAL own)
    ask_git(revision describe --always --dirty --abbrev=12 --exclude=*)
  endif()
endif()
if(NOT revision)
  file(STRINGS ${CMAKE_CURRENT_LIST_DIR}/revision.txt archived LIMIT_COUNT 1)
  if(archived MATCHES "^[0-9a-f]+$")
    string(SUBSTRING "${archived}" 0 12 revision)
  endif()
endif()
if(NOT revision)
  set(revision unknown)
endif()
if(NOT revision MATCHES "^[A-Za-z0-9._+-]+$")
  message(FATAL_ERROR "PORTHOLE_REVISION is '${revision}', which is no revision's name")
endif()
file(CONFIGURE OUTPUT ${OUTPUT} @ONLY CONTENT [[
#include "revision.h"

namespace porthole {

const char* const kRevision = "@revision@";

}  // namespace porthole
]])
