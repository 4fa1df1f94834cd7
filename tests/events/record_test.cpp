#include "events/record.hpp"

#include <gtest/gtest.h>

#include <cstring>

#include "events/frame.hpp"
#include "tests/support/sample_events.hpp"

namespace inmail {
namespace {

RecordHeader full_header() {
  RecordHeader header;
  header.stream = SeatId{3};
  header.version = Version{12};
  header.time = timestamp_from_ms(1'767'600'000'500);
  header.due_at = timestamp_from_ms(1'767'600'000'000);
  header.cause = command_of(test::sample_inmail());
  header.is_receipt = true;
  header.payload_hash.fill(0xAB);
  header.next_due = timestamp_from_ms(1'767'700'000'000);
  header.asked_by = Principal::of(MemberId{7});
  header.policy = PolicyVersion{2};
  return header;
}

std::string placed(const RecordHeader& header, const Event& event, Position position) {
  std::string bytes;
  encode_record(header, event, bytes);
  place_record({reinterpret_cast<std::uint8_t*>(bytes.data()), bytes.size()}, position);
  return bytes;
}

Bytes as_bytes(const std::string& text) {
  return {reinterpret_cast<const std::uint8_t*>(text.data()), text.size()};
}

TEST(Record, KeepsHeaderAndEvent) {
  for (const Event& event : test::sample_events()) {
    RecordHeader header = full_header();
    const std::string bytes = placed(header, event, Position{77});
    const auto view = view_record(as_bytes(bytes));
    ASSERT_TRUE(view.ok()) << view.error().message;
    const auto record = decode_record(*view);
    ASSERT_TRUE(record.ok()) << record.error().message;
    header.position = Position{77};
    header.event_number = type_of(event).number;
    header.event_version = type_of(event).version;
    EXPECT_EQ(record->header, header);
    EXPECT_EQ(record->event, event);
  }
}

TEST(Record, LeavesOutWhatDoesNotApply) {
  RecordHeader header;
  header.stream = MemberId{1};
  const std::string plain = placed(header, CommandAccepted{1}, Position{1});
  EXPECT_EQ(plain.size(), record_bytes_min + 2);
  const auto view = view_record(as_bytes(plain));
  ASSERT_TRUE(view.ok());
  EXPECT_EQ(view->header.due_at, view->header.time);
  EXPECT_TRUE(view->header.cause.is_zero());
  EXPECT_FALSE(view->header.next_due.has_value());
}

TEST(Record, NoticesEveryFlippedBit) {
  const std::string good =
      placed(full_header(), ChargeFinalized{test::sample_inmail()}, Position{5});
  for (std::size_t bit = 0; bit < good.size() * 8; ++bit) {
    std::string bad = good;
    bad[bit / 8] = static_cast<char>(bad[bit / 8] ^ (1 << (bit % 8)));
    EXPECT_FALSE(view_record(as_bytes(bad)).ok()) << "bit " << bit;
  }
}

TEST(Record, RefusesEveryCut) {
  const std::string good =
      placed(full_header(), ChargeFinalized{test::sample_inmail()}, Position{5});
  for (std::size_t size = 0; size < good.size(); ++size)
    EXPECT_FALSE(view_record(as_bytes(good).first(size)).ok()) << size;
}

Frame two_records(const LogHead& head) {
  FrameBuilder builder;
  builder.begin(head, 0);
  std::string records;
  encode_record(full_header(), CommandAccepted{1}, records);
  encode_record(full_header(), CommandAccepted{2}, records);
  EXPECT_EQ(builder.add(records).value, head.position.value + 2);
  return builder.seal();
}

TEST(Frame, HangsOnTheOneBefore) {
  const Frame first = two_records({});
  const Frame second = two_records(first.head());
  const auto view = view_frame(as_bytes(second.bytes));
  ASSERT_TRUE(view.ok()) << view.error().message;
  EXPECT_EQ(view->previous, first.hash);
  EXPECT_EQ(view->hash, second.hash);
  EXPECT_EQ(view->first, Position{3});
  ASSERT_EQ(view->records.size(), 2u);
  EXPECT_EQ(view->records[1].header.position, Position{4});
}

TEST(Frame, NoticesEveryFlippedByteAndEveryCut) {
  const Frame good = two_records({});
  for (std::size_t at = 0; at < good.bytes.size(); ++at) {
    std::string bad = good.bytes;
    bad[at] = static_cast<char>(bad[at] ^ 0x10);
    EXPECT_FALSE(view_frame(as_bytes(bad)).ok()) << "byte " << at;
    EXPECT_FALSE(view_frame(as_bytes(good.bytes).first(at)).ok()) << "cut " << at;
  }
}

}  // namespace
}  // namespace inmail
