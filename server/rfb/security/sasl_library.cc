#include "rfb/security/sasl_library.h"

#include <sasl/sasl.h>

#include <array>
#include <mutex>

namespace porthole::rfb {
namespace {

// libsasl2 has no lock of its own for what its connections share.
void* MakeMutex() {
  return new std::mutex;  // NOLINT(cppcoreguidelines-owning-memory): FreeMutex()
}
int LockMutex(void* mutex) {
  static_cast<std::mutex*>(mutex)->lock();
  return SASL_OK;
}
int UnlockMutex(void* mutex) {
  static_cast<std::mutex*>(mutex)->unlock();
  return SASL_OK;
}
void FreeMutex(void* mutex) {
  delete static_cast<std::mutex*>(mutex);  // NOLINT(cppcoreguidelines-owning-memory)
}

// It would write to syslog, and nobody has looked at each of its messages for secrets.
int DropLogLine(void* /*context*/, int /*level*/, const char* /*message*/) {
  return SASL_OK;
}

// No option is set anywhere.
int GetOption(void* /*context*/,
              const char* /*plugin*/,
              const char* /*option*/,
              const char** /*result*/,
              unsigned* /*size*/) {
  return SASL_FAIL;
}

bool Start() {
  static const std::array<sasl_callback_t, 3> kCallbacks{{
      {SASL_CB_LOG, AsSaslProcedure(reinterpret_cast<AnyCallback>(&DropLogLine)), nullptr},
      {SASL_CB_GETOPT, AsSaslProcedure(reinterpret_cast<AnyCallback>(&GetOption)), nullptr},
      {SASL_CB_LIST_END, nullptr, nullptr},
  }};
  sasl_set_mutex(&MakeMutex, &LockMutex, &UnlockMutex, &FreeMutex);
  return sasl_client_init(kCallbacks.data()) == SASL_OK;
}

}  // namespace

bool StartSaslLibrary() {
  static const bool kStarted = Start();
  return kStarted;
}

}  // namespace porthole::rfb
