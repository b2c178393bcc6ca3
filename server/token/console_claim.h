#pragma once

#include "token/grant.h"
#include "token/members.h"

#include <boost/json/object.hpp>

namespace porthole::token {

// Reads the claim `console`, this object, into `grant`: id, name, target, username, password,
// tls and tunnel. What is wrong goes into `fault`.
void ReadConsole(const boost::json::object& object, Grant& grant, Fault& fault);

}  // namespace porthole::token
