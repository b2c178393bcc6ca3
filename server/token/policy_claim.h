#pragma once

#include "token/grant.h"
#include "token/members.h"

#include <boost/json/object.hpp>

namespace porthole::token {

// Reads the claim `policy`, this object. What is wrong goes into `fault`.
PolicyWish ReadPolicy(const boost::json::object& object, Fault& fault);

}  // namespace porthole::token
