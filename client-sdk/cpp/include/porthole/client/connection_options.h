#pragma once

#include <chrono>
#include <optional>
#include <string>

namespace porthole::client {

// The files of mutual TLS, all PEM.
struct TlsFiles {
  std::string ca_file;           // who signed the node's certificate
  std::string certificate_file;  // ours, leaf first
  std::string private_key_file;  // ours
  // The name in the node's certificate where it is not the address' host; empty: it is.
  std::string server_name;
};

// How a call is repeated that the node did not answer (UNAVAILABLE). Only calls that may be made
// twice without harm are: everything that reads, PutTokenKey, and UpdateSession.
struct RetryOptions {
  // How often it is made at most; 1: no repetition.
  int attempts = 3;
  // The wait before the second attempt; doubles for each further one, less a random part.
  std::chrono::milliseconds backoff{100};
};

// Where a node's control API is, and how to reach it.
struct ConnectionOptions {
  // "unix:/path" or "HOST:PORT"; IPv6 in brackets.
  std::string address = "unix:/run/porthole/control.sock";
  // For HOST:PORT: these, or `plaintext`. A unix socket takes neither.
  std::optional<TlsFiles> tls = std::nullopt;
  // No TLS and no caller's name: only for a node on this machine that is set so.
  bool plaintext = false;
  // How long one call may take, the connecting and repeating included. A watch has no such limit.
  std::chrono::milliseconds timeout{10000};
  RetryOptions retry = {};
};

}  // namespace porthole::client
