#include "engine/registry.hpp"

#include <gtest/gtest.h>

#include "support/fake_host.hpp"

namespace escher::test {
namespace {

class RegistryTest : public testing::Test {
 protected:
  std::shared_ptr<Execution> add(std::vector<std::string> tags = {}) {
    auto request = puppet({"exit", "0"});
    request.tags = std::move(tags);
    auto execution = host.make_execution(strand, std::move(request));
    EXPECT_TRUE(registry.add(execution));
    return execution;
  }

  void finish(const Execution& execution, Status status = Status::completed,
              std::string output = "12345") {
    auto result = std::make_shared<ExecutionResult>();
    result->id = execution.id();
    result->status = status;
    auto captured = std::make_shared<CapturedOutput>();
    captured->bytes[0] = Bytes(output);
    registry.finish(execution.id(), std::move(result), std::move(captured));
  }

  std::vector<ExecutionId> listed(const ListFilter& filter) {
    std::vector<ExecutionId> ids;
    for (const auto& summary : registry.list(filter)) ids.push_back(summary.id);
    return ids;
  }

  FakeHost host;
  boost::asio::io_context io;
  Strand strand{io.get_executor()};
  Registry registry{{Millis(1000), 3, 12}};
};

using Ids = std::vector<ExecutionId>;

TEST_F(RegistryTest, FindsAnExecutionByIdAndToken) {
  const auto execution = add();
  const std::uint64_t token = execution->token();
  EXPECT_TRUE(registry.find(execution->id(), token));
  EXPECT_FALSE(registry.find(execution->id(), token + 1));
  finish(*execution);
  EXPECT_TRUE(registry.find(execution->id(), token).record);
  EXPECT_FALSE(registry.find(execution->id(), token + 1));
}

TEST_F(RegistryTest, TracksAnExecutionFromPendingToItsRecord) {
  const auto execution = add();
  EXPECT_EQ(registry.find(execution->id()).status, Status::pending);
  EXPECT_EQ(registry.counts().pending, 1U);
  registry.set_queued(execution->id());
  EXPECT_EQ(registry.counts().waiting, 1U);
  registry.set_admitted(execution->id());
  EXPECT_EQ(registry.counts().waiting, 0U);
  EXPECT_EQ(registry.counts().admitted, 1U);
  EXPECT_EQ(registry.find(execution->id()).status, Status::pending);
  registry.set_running(execution->id());
  EXPECT_EQ(registry.find(execution->id()).status, Status::running);
  EXPECT_EQ(registry.find(execution->id()).live, execution);
  finish(*execution, Status::timeout);
  const auto found = registry.find(execution->id());
  EXPECT_EQ(found.live, nullptr);
  EXPECT_EQ(found.record->result->status, Status::timeout);
  EXPECT_EQ(registry.counts().live(), 0U);
  EXPECT_EQ(registry.counts().records, 1U);
}

// The spawn thread can report the admission after the execution has ended on its strand.
TEST_F(RegistryTest, IgnoresAdmissionAndStartAfterTheEnd) {
  const auto execution = add();
  finish(*execution);
  registry.set_admitted(execution->id());
  registry.set_running(execution->id());
  EXPECT_EQ(registry.find(execution->id()).status, Status::completed);
  EXPECT_EQ(registry.counts().admitted, 0U);
}

TEST_F(RegistryTest, RejectsAnIdInUse) {
  const auto execution = add();
  EXPECT_FALSE(registry.add(execution));
  finish(*execution);
  EXPECT_FALSE(registry.add(execution));
  EXPECT_TRUE(registry.remove(execution->id()));
  EXPECT_TRUE(registry.add(execution));
}

TEST_F(RegistryTest, ForgetRemovesARejectedExecution) {
  const auto execution = add();
  registry.forget(execution->id());
  EXPECT_FALSE(registry.find(execution->id()));
  EXPECT_EQ(registry.counts().live(), 0U);
  registry.forget(execution->id());
}

TEST_F(RegistryTest, RemovesOnlyFinishedExecutions) {
  const auto execution = add();
  EXPECT_EQ(registry.remove(execution->id()).error().code, ErrorCode::execution_active);
  finish(*execution);
  EXPECT_EQ(registry.remove(execution->id())->result->id, execution->id());
  EXPECT_EQ(registry.remove(execution->id()).error().code, ErrorCode::execution_not_found);
  EXPECT_EQ(registry.counts().record_bytes, 0U);
}

TEST_F(RegistryTest, ListsTheNewestFirst) {
  const auto first = add(), second = add(), third = add();
  finish(*third);
  registry.set_running(first->id());
  EXPECT_EQ(listed({}), (Ids{third->id(), second->id(), first->id()}));
  EXPECT_EQ(listed({{}, "", 2, ""}), (Ids{third->id(), second->id()}));
  EXPECT_EQ(listed({{Status::running, Status::completed}, "", 9, ""}),
            (Ids{third->id(), first->id()}));
}

TEST_F(RegistryTest, ListsByTagBeforeAndAfterTheEnd) {
  const auto tagged = add({"x", "y"});
  add({"z"});
  EXPECT_EQ(listed({{}, "y", 9, ""}), Ids{tagged->id()});
  finish(*tagged);
  EXPECT_EQ(listed({{}, "y", 9, ""}), Ids{tagged->id()});
}

TEST_F(RegistryTest, DropsTheOldestOutputOverTheByteLimit) {
  const auto first = add(), second = add(), third = add();
  finish(*first);
  finish(*second);
  EXPECT_NE(registry.find(first->id()).record->output, nullptr);
  finish(*third);
  EXPECT_EQ(registry.find(first->id()).record->output, nullptr);
  EXPECT_NE(registry.find(second->id()).record->output, nullptr);
  EXPECT_EQ(registry.counts().record_bytes, 10U);
}

TEST_F(RegistryTest, SweepsByAgeAndNumberInTheOrderOfTheEnds) {
  std::vector<std::shared_ptr<Execution>> all{add(), add(), add(), add()};
  for (auto it = all.rbegin(); it != all.rend(); ++it) finish(**it);
  const auto running = add();
  auto dropped = registry.sweep(SteadyClock::now());
  ASSERT_EQ(dropped.size(), 1U);
  EXPECT_EQ(dropped[0].result->id, all[3]->id());
  EXPECT_EQ(dropped[0].token, all[3]->token());
  EXPECT_EQ(dropped[0].reason, RemovalReason::count);
  dropped = registry.sweep(SteadyClock::now() + std::chrono::seconds(2));
  ASSERT_EQ(dropped.size(), 3U);
  EXPECT_EQ(dropped[0].reason, RemovalReason::retention);
  EXPECT_TRUE(registry.find(running->id()));
}

TEST_F(RegistryTest, SweepsMoreThanOneSlice) {
  for (int i = 0; i < 2500; ++i) finish(*add(), Status::completed, "");
  EXPECT_TRUE(registry.crowded());
  EXPECT_EQ(registry.sweep(SteadyClock::now()).size(), 2497U);
  EXPECT_FALSE(registry.crowded());
}

TEST_F(RegistryTest, ClearKeepsLiveExecutions) {
  const auto live = add();
  finish(*add());
  finish(*add());
  EXPECT_EQ(registry.clear().size(), 2U);
  EXPECT_EQ(listed({}), Ids{live->id()});
  EXPECT_EQ(registry.live(), std::vector<std::shared_ptr<Execution>>{live});
}

}  // namespace
}  // namespace escher::test
