#include "net/bio_method.h"

namespace porthole::net {

const BIO_METHOD* NewBioMethod(const BioCalls& calls) {
  BIO_METHOD* const method = BIO_meth_new(BIO_get_new_index() | BIO_TYPE_SOURCE_SINK, calls.name);
  if (method != nullptr) {
    BIO_meth_set_read(method, calls.read);
    BIO_meth_set_write(method, calls.write);
    BIO_meth_set_ctrl(method, calls.control);
  }
  return method;
}

BIO* NewBio(const BIO_METHOD* method, void* data) {
  BIO* const bio = method == nullptr ? nullptr : BIO_new(method);
  if (bio != nullptr) {
    BIO_set_data(bio, data);
    BIO_set_init(bio, 1);
  }
  return bio;
}

}  // namespace porthole::net
