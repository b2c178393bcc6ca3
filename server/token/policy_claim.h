#pragma once

#include "token/grant.h"
#include "token/members.h"

#include <boost/json/object.hpp>

namespace porthole::token {

// Reads the claim `policy`. What is wrong goes into `fault`.
PolicyWish ReadPolicy(const boost::json::object& policy, Fault& fault);

}  // namespace porthole::token
