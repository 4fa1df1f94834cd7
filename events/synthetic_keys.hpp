#pragma once

#include <cstdint>

#include "events/ids.hpp"
#include "events/keys.hpp"

namespace inmail {

/// Keys for simulations: the same seed gives the same keys on every machine. Whoever knows the seed
/// or the store's key can make them again, so nothing sealed under them is ever really erased.
Key synthetic_store_key(std::uint64_t seed);
Key synthetic_key(const Key& store_key, KeyId id);

}  // namespace inmail
