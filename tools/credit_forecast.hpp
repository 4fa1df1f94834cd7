#pragma once

#include <optional>

#include "actors/credit_forecast.hpp"
#include "projections/replay.hpp"
#include "tools/output.hpp"
#include "tools/store_reader.hpp"

namespace inmail::tools {

/// What becomes of the credits of `owner` within `days` of the last record that counts. Reads the
/// log, and decides with the deciders. Nothing for an owner who is not there, or no more.
/// Failures: no_store.
Result<std::optional<CreditForecast>, Failure> foretell_credits(const StoreReader& store,
                                                                StreamId owner,
                                                                const ReplayLimit& limit,
                                                                std::uint64_t days);

Json to_json(const CreditForecast& forecast);
Json to_json(const ForetoldChange& change);

}  // namespace inmail::tools
