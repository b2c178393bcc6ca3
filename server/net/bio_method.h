#pragma once

#include <openssl/bio.h>

namespace porthole::net {

// How OpenSSL reads and writes through something of ours. To be made once and kept for the life of
// the process. Internal to net/.
struct BioCalls {
  const char* name;
  int (*read)(BIO* bio, char* target, int size);
  int (*write)(BIO* bio, const char* bytes, int size);
  long (*control)(BIO* bio, int command, long number, void* pointer);
};
const BIO_METHOD* NewBioMethod(const BioCalls& calls);

// A BIO by `method` for `data`, which whoever gets it owns; null: out of memory.
BIO* NewBio(const BIO_METHOD* method, void* data);

}  // namespace porthole::net
