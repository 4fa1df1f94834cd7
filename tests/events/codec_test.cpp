#include "events/codec.hpp"

#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <random>
#include <sstream>

#include "tests/support/random_seed.hpp"
#include "tests/support/sample_events.hpp"

namespace inmail {
namespace {

std::string encoded(const Event& event) {
  std::string bytes;
  encode_event(event, bytes);
  return bytes;
}

std::string hex(const std::string& bytes) {
  return to_hex(reinterpret_cast<const std::uint8_t*>(bytes.data()), bytes.size());
}

/// tests/golden/events/inmail.sent.v1.hex
std::filesystem::path golden_file(const EventType& type) {
  return std::filesystem::path(INMAIL_SOURCE_DIR) / "tests/golden/events" /
         (std::string(type.name) + ".v" + std::to_string(type.version) + ".hex");
}

TEST(EventCodec, HasASampleOfEveryEvent) {
  const auto samples = test::sample_events();
  ASSERT_EQ(samples.size(), std::variant_size_v<Event>);
  for (std::size_t i = 0; i < samples.size(); ++i) EXPECT_EQ(samples[i].index(), i);
}

TEST(EventCodec, KeepsEveryEventThroughARoundTrip) {
  for (const Event& event : test::sample_events()) {
    const EventType& type = type_of(event);
    const std::string bytes = encoded(event);
    const auto decoded = decode_event(type.number, type.version, bytes_of(bytes));
    ASSERT_TRUE(decoded.ok()) << type.name << ": " << decoded.error().message;
    EXPECT_EQ(*decoded, event) << type.name;
  }
}

// With INMAIL_WRITE_GOLDEN set, files that are missing are written: once, when an event is new.
TEST(EventCodec, WritesTheBytesThatEveryReleaseWrote) {
  for (const Event& event : test::sample_events()) {
    const EventType& type = type_of(event);
    const auto path = golden_file(type);
    if (!std::filesystem::exists(path) && std::getenv("INMAIL_WRITE_GOLDEN") != nullptr)
      std::ofstream(path) << type.number << ' ' << hex(encoded(event)) << '\n';
    std::ifstream file(path);
    ASSERT_TRUE(file) << "no golden file " << path;
    unsigned number = 0;
    std::string bytes;
    file >> number >> bytes;
    EXPECT_EQ(number, type.number) << type.name;
    EXPECT_EQ(bytes, hex(encoded(event))) << type.name;
  }
}

/// The payload that the golden file of an event's version holds.
std::string golden_payload(const EventType& type) {
  std::ifstream file(golden_file(type));
  unsigned number = 0;
  std::string bytes;
  file >> number >> bytes;
  EXPECT_EQ(number, type.number) << golden_file(type);
  std::string payload;
  for (std::size_t at = 0; at + 1 < bytes.size(); at += 2)
    payload.push_back(static_cast<char>(std::stoi(bytes.substr(at, 2), nullptr, 16)));
  return payload;
}

TEST(EventCodec, ReadsOpeningsOfBeforeSilenceCountedFromThem) {
  const auto samples = test::sample_events();
  Opened expected;
  for (const Event& event : samples)
    if (const auto* opened = std::get_if<Opened>(&event)) expected = *opened;
  expected.no_response_from = {};
  const std::string payload = golden_payload(OpenedV1::type);
  const auto decoded = decode_event(OpenedV1::type.number, 1, bytes_of(payload));
  ASSERT_TRUE(decoded.ok()) << decoded.error().message;
  EXPECT_EQ(*decoded, Event{expected});
}

TEST(EventCodec, ReadsChargesOfBeforeTheySaidWhichPolicyJudgesThem) {
  CreditCharged expected;
  for (const Event& event : test::sample_events())
    if (const auto* each = std::get_if<CreditCharged>(&event)) expected = *each;
  expected.pinned = {};
  const std::string payload = golden_payload(CreditChargedV1::type);
  const auto decoded = decode_event(CreditChargedV1::type.number, 1, bytes_of(payload));
  ASSERT_TRUE(decoded.ok()) << decoded.error().message;
  EXPECT_EQ(*decoded, Event{expected});
}

TEST(EventCodec, ReadsRefundsAndAnswersOfBeforeTheySaidMore) {
  CreditRefunded refund;
  Replied answer;
  RefundWindowClosed closed;
  for (const Event& event : test::sample_events()) {
    if (const auto* each = std::get_if<CreditRefunded>(&event)) refund = *each;
    if (const auto* each = std::get_if<Replied>(&event)) answer = *each;
    if (const auto* each = std::get_if<RefundWindowClosed>(&event)) closed = *each;
  }
  refund.restores.reset();
  answer.as_auto_reply = false;
  closed.answered->as_auto_reply = false;
  const auto read = [](const EventType& type) {
    const std::string payload = golden_payload(type);
    const auto decoded = decode_event(type.number, type.version, bytes_of(payload));
    EXPECT_TRUE(decoded.ok()) << type.name;
    return decoded.ok() ? *decoded : Event{};
  };
  EXPECT_EQ(read(CreditRefundedV1::type), Event{refund});
  EXPECT_EQ(read(RepliedV2::type), Event{answer}) << "judged by its kind, and so it stays";
  EXPECT_EQ(read(RefundWindowClosedV2::type), Event{closed});
}

/// The sample, without what version 4 brought.
InMailSent sent_of_before_limits() {
  InMailSent sent;
  for (const Event& event : test::sample_events())
    if (const auto* each = std::get_if<InMailSent>(&event)) sent = *each;
  sent.marks = {};
  sent.signature = Text{};
  sent.attachments.clear();
  sent.locale.clear();
  sent.offers_compensation = false;
  return sent;
}

TEST(EventCodec, ReadsSendsOfBeforeLimitsLookedBackOnThem) {
  const InMailSent expected = sent_of_before_limits();
  const std::string payload = golden_payload(InMailSentV3::type);
  const auto decoded = decode_event(InMailSentV3::type.number, 3, bytes_of(payload));
  ASSERT_TRUE(decoded.ok()) << decoded.error().message;
  EXPECT_EQ(*decoded, Event{expected});
}

TEST(EventCodec, ReadsSendsOfBeforeTheyCouldBeUndone) {
  InMailSent expected = sent_of_before_limits();
  expected.undo_until.reset();
  expected.origin = SendOrigin::direct;
  expected.parent.reset();
  const std::string payload = golden_payload(InMailSentV2::type);
  const auto decoded = decode_event(InMailSentV2::type.number, 2, bytes_of(payload));
  ASSERT_TRUE(decoded.ok()) << decoded.error().message;
  EXPECT_EQ(*decoded, Event{expected});
}

TEST(EventCodec, ReadsDeliveriesOfBeforeAChargeCouldWait) {
  InMailDelivered delivered;
  for (const Event& event : test::sample_events())
    if (const auto* each = std::get_if<InMailDelivered>(&event)) delivered = *each;
  delivered.accept_until.reset();
  const std::string old = golden_payload(InMailDeliveredV2::type);
  const auto decoded = decode_event(InMailDeliveredV2::type.number, 2, bytes_of(old));
  ASSERT_TRUE(decoded.ok()) << decoded.error().message;
  EXPECT_EQ(*decoded, Event{delivered});

  delivered.remind_at.reset();
  delivered.links = 0;
  const std::string oldest = golden_payload(InMailDeliveredV1::type);
  const auto first = decode_event(InMailDeliveredV1::type.number, 1, bytes_of(oldest));
  ASSERT_TRUE(first.ok()) << first.error().message;
  EXPECT_EQ(*first, Event{delivered});
}

TEST(EventCodec, ReadsSendsOfBeforeTheirClassAndMembersOfBeforeTheirLists) {
  InMailSent sent = sent_of_before_limits();
  MemberRegistered registered;
  for (const Event& event : test::sample_events())
    if (const auto* each = std::get_if<MemberRegistered>(&event)) registered = *each;
  sent.free_class.reset();
  sent.degree.reset();
  sent.purpose = Purpose::other;
  sent.markup = {};
  sent.undo_until.reset();
  sent.origin = SendOrigin::direct;
  sent.parent.reset();
  registered.lists.clear();
  const std::string old_sent = golden_payload(InMailSentV1::type);
  const auto decoded = decode_event(InMailSentV1::type.number, 1, bytes_of(old_sent));
  ASSERT_TRUE(decoded.ok()) << decoded.error().message;
  EXPECT_EQ(*decoded, Event{sent});
  const std::string old_member = golden_payload(MemberRegisteredV1::type);
  const auto member = decode_event(MemberRegisteredV1::type.number, 1, bytes_of(old_member));
  ASSERT_TRUE(member.ok()) << member.error().message;
  EXPECT_EQ(*member, Event{registered});
}

TEST(EventCodec, RefusesBytesThatAreLeftOver) {
  for (const Event& event : test::sample_events()) {
    const EventType& type = type_of(event);
    const auto decoded = decode_event(type.number, type.version, bytes_of(encoded(event) + "x"));
    ASSERT_FALSE(decoded.ok()) << type.name;
    EXPECT_EQ(decoded.error().code, ErrorCode::corruption) << type.name;
  }
}

TEST(EventCodec, RefusesEveryCutEvent) {
  for (const Event& event : test::sample_events()) {
    const EventType& type = type_of(event);
    const std::string bytes = encoded(event);
    for (std::size_t size = 0; size < bytes.size(); ++size)
      EXPECT_FALSE(decode_event(type.number, type.version, bytes_of(bytes.substr(0, size))).ok())
          << type.name << " cut to " << size;
  }
}

TEST(EventCodec, SurvivesRandomBytesAndReencodesWhatItAccepts) {
  std::mt19937_64 random(test::random_seed());
  for (const Event& event : test::sample_events()) {
    const EventType& type = type_of(event);
    for (int trial = 0; trial < 300; ++trial) {
      std::string bytes = encoded(event);
      for (auto flips = random() % 4 + 1; flips > 0 && !bytes.empty(); --flips)
        bytes[random() % bytes.size()] = static_cast<char>(random());
      const auto decoded = decode_event(type.number, type.version, bytes_of(bytes));
      if (decoded) {
        EXPECT_EQ(encoded(*decoded), bytes) << type.name;
      }
    }
  }
}

TEST(EventCodec, NamesAnEventThatItDoesNotKnowYet) {
  const auto unknown = decode_event(9'999, 1, {});
  ASSERT_FALSE(unknown.ok());
  EXPECT_EQ(unknown.error().code, ErrorCode::newer_format);
  const auto newer = decode_event(ChargeFinalized::type.number, 2, {});
  ASSERT_FALSE(newer.ok());
  EXPECT_EQ(newer.error().code, ErrorCode::newer_format);
  EXPECT_NE(newer.error().message.find("credits.charge_finalized"), std::string::npos);
}

TEST(EventCodec, FindsNumbersByStoredNames) {
  for (const Event& event : test::sample_events())
    EXPECT_EQ(event_number(type_of(event).name), type_of(event).number);
  EXPECT_EQ(event_number("inmail.unheard_of"), std::nullopt);
}

TEST(EventCodec, RefusesACountThatReachesPastTheEnd) {
  const std::string four_thousand_million("\xff\xff\xff\xff", 4);
  EXPECT_FALSE(decode_as<std::string>(bytes_of(four_thousand_million)).ok());
  EXPECT_FALSE(decode_as<LotSplits>(bytes_of(four_thousand_million)).ok());
}

TEST(EventCodec, RefusesAnUnsealedText) {
  std::string out;
  EXPECT_THROW(encode_to(Text{"in the clear"}, out), Defect);
}

// An event of this test's own, in three shapes.

struct ParcelSentV1 {
  static constexpr EventType type{.number = 1, .name = "test.parcel_sent", .version = 1};
  std::uint32_t weight_kg = 0;
  template <class Archive>
  void serialize(Archive& archive) {
    archive(weight_kg);
  }
};

struct ParcelSentV2 {
  static constexpr EventType type{.number = 1, .name = "test.parcel_sent", .version = 2};
  using previous = ParcelSentV1;
  std::uint64_t weight_g = 0;
  static ParcelSentV2 upcast(ParcelSentV1 old) { return {std::uint64_t{old.weight_kg} * 1000}; }
  template <class Archive>
  void serialize(Archive& archive) {
    archive(weight_g);
  }
};

struct ParcelSent {
  static constexpr EventType type{.number = 1, .name = "test.parcel_sent", .version = 3};
  using previous = ParcelSentV2;
  std::uint64_t weight_g = 0;
  std::string carrier;
  static ParcelSent upcast(ParcelSentV2 old) { return {old.weight_g, "unknown"}; }
  template <class Archive>
  void serialize(Archive& archive) {
    archive(weight_g, carrier);
  }
};

TEST(EventCodec, BringsOldShapesUpToTheNewestOne) {
  std::string first;
  encode_to(ParcelSentV1{3}, first);
  const auto from_first = decode_version<ParcelSent>(1, bytes_of(first));
  ASSERT_TRUE(from_first.ok());
  EXPECT_EQ(from_first->weight_g, 3'000u);
  EXPECT_EQ(from_first->carrier, "unknown");

  std::string second;
  encode_to(ParcelSentV2{42}, second);
  EXPECT_EQ(decode_version<ParcelSent>(2, bytes_of(second))->weight_g, 42u);
}

TEST(EventCodec, RefusesAVersionThatNeverWasOrIsYetToCome) {
  EXPECT_EQ(decode_version<ParcelSent>(0, {}).error().code, ErrorCode::corruption);
  EXPECT_EQ(decode_version<ParcelSent>(4, {}).error().code, ErrorCode::newer_format);
}

}  // namespace
}  // namespace inmail
