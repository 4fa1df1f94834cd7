#pragma once

#include <gtest/gtest.h>

#include <optional>
#include <stdexcept>
#include <string>
#include <vector>

#include "projections/audit.hpp"
#include "tests/support/engine_fixture.hpp"
#include "tests/support/erased_words.hpp"

namespace inmail::test {

inline constexpr MemberId ada{1};  ///< Who is to be erased.
inline constexpr MemberId bob{2};
inline constexpr MemberId eve{3};
inline constexpr ContractId company{1};
inline constexpr SeatId desk{1};

/// A store in which somebody is erased.
class ErasureTest : public EngineTest {
 protected:
  InMailId send(Engine& engine, const SendInMail& letter) {
    EXPECT_TRUE(settle(engine, letter).ok());
    return last_inmail();
  }

  /// Texts as `engine` opens them; nothing for what it cannot.
  static std::vector<std::optional<std::string>> read(Engine& engine,
                                                      const std::vector<Text>& texts) {
    std::vector<std::optional<std::string>> all;
    for (const Text& text : texts) {
      const auto opened = engine.open_text(text);
      if (!opened) throw std::runtime_error(opened.error().message);
      all.push_back(*opened);
    }
    return all;
  }

  void expect_sound(Engine& engine) {
    const auto report = audit(engine.log());
    EXPECT_TRUE(report.ok() && report->ok) << report->first_violations.front().sentence;
    expect_equal_views(engine);
  }

  ErasedWords words_;
};

}  // namespace inmail::test
