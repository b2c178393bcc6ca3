#pragma once

namespace porthole::rfb {

// Makes libsasl2 ready for clients, with the process' first call; thread-safe. Its plugins come
// from Debian's directory, no configuration file is read, nothing is logged. False when it fails.
bool StartSaslLibrary();

// libsasl2 takes callbacks of every type as one that they are not.
using AnyCallback = void (*)();
using SaslProcedure = int (*)();
inline SaslProcedure AsSaslProcedure(AnyCallback callback) {
  return reinterpret_cast<SaslProcedure>(callback);
}

}  // namespace porthole::rfb
