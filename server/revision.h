#pragma once

namespace porthole {

// What this was built from: a commit, with "-dirty" for changes beside it, or "unknown". Found out
// in each build (revision.cmake).
extern const char* const kRevision;

}  // namespace porthole
