#include "stepwell/base/parallel.h"

#include <gtest/gtest.h>

#include <array>
#include <atomic>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

#include "stepwell/base/error.h"

namespace stepwell {
namespace {

constexpr int kMembers = 4;  // more than this machine may have: members must not need a processor each

std::vector<int> CallsPerMember(WorkerTeam& team) {
  std::vector<int> calls(static_cast<std::size_t>(team.num_threads()), 0);
  team.Run([&](int member) { ++calls[static_cast<std::size_t>(member)]; });
  return calls;
}

TEST(WorkerTeam, CallsEveryMemberOnce) {
  WorkerTeam team(kMembers);
  for (int call = 0; call < 1000; ++call) ASSERT_EQ(CallsPerMember(team), std::vector<int>(kMembers, 1));
}

TEST(WorkerTeam, OfOneIsTheCaller) {
  WorkerTeam team(1);
  std::thread::id who;
  team.Run([&](int) { who = std::this_thread::get_id(); });
  EXPECT_EQ(who, std::this_thread::get_id());
}

TEST(WorkerTeam, WorksAgainAfterItsMembersWentToSleep) {
  WorkerTeam team(kMembers);
  for (int call = 0; call < 5; ++call) {
    std::this_thread::sleep_for(std::chrono::milliseconds(2));
    EXPECT_EQ(CallsPerMember(team), std::vector<int>(kMembers, 1));
  }
}

TEST(WorkerTeam, NestedCallIsDoneByItsCaller) {
  WorkerTeam team(kMembers);
  std::atomic<int> inner_calls{0};
  std::atomic<int> foreign_calls{0};
  team.Run([&](int) {
    const auto caller = std::this_thread::get_id();
    team.Run([&](int) {
      ++inner_calls;
      if (std::this_thread::get_id() != caller) ++foreign_calls;
    });
  });
  EXPECT_EQ(inner_calls, kMembers * kMembers);
  EXPECT_EQ(foreign_calls, 0);
}

TEST(WorkerTeam, NestedBarrierHasOneMember) {
  WorkerTeam team(kMembers);
  std::atomic<int> wrong{0};
  team.Run([&](int) {
    team.RunWithBarrier([&](int member, int members, WorkerTeam::Barrier& barrier) {
      barrier.Wait();
      if (member != 0 || members != 1) ++wrong;
    });
  });
  EXPECT_EQ(wrong, 0);
}

TEST(WorkerTeam, ServesSeveralCallersAtOnce) {
  WorkerTeam team(kMembers);
  std::atomic<int> calls{0};
  const auto call_often = [&] {
    for (int call = 0; call < 500; ++call) team.Run([&](int) { ++calls; });
  };
  std::thread other(call_often);
  call_often();
  other.join();
  EXPECT_EQ(calls, 2 * 500 * kMembers);
}

TEST(WorkerTeam, ThrowsAMembersExceptionAgain) {
  WorkerTeam team(kMembers);
  for (int thrower = 0; thrower < kMembers; ++thrower) {
    const auto body = [&](int member) {
      if (member == thrower) throw std::runtime_error("member " + std::to_string(member));
    };
    try {
      team.Run(body);
      ADD_FAILURE() << "nothing thrown";
    } catch (const std::runtime_error& error) {
      EXPECT_EQ(error.what(), "member " + std::to_string(thrower));
    }
  }
  EXPECT_EQ(CallsPerMember(team), std::vector<int>(kMembers, 1));
}

TEST(WorkerTeam, AMemberThatThrowsReleasesThoseAtTheBarrier) {
  WorkerTeam team(kMembers);
  for (int thrower = 0; thrower < kMembers; ++thrower) {
    EXPECT_THROW(team.RunWithBarrier([&](int member, int, WorkerTeam::Barrier& barrier) {
      barrier.Wait();
      if (member == thrower) throw std::runtime_error("stop");
      barrier.Wait();
    }),
                 std::runtime_error);
  }
}

TEST(WorkerTeam, MembersSeeWhatOthersWroteBeforeTheBarrier) {
  WorkerTeam team(kMembers);
  constexpr int kSteps = 500;
  std::array<int, kMembers> step_of{};  // plain: the barrier alone orders the accesses
  std::atomic<int> mistakes{0};
  team.RunWithBarrier([&](int member, int members, WorkerTeam::Barrier& barrier) {
    for (int step = 0; step < kSteps; ++step) {
      step_of[static_cast<std::size_t>(member)] = step;
      barrier.Wait();
      for (int other = 0; other < members; ++other) {
        if (step_of[static_cast<std::size_t>(other)] != step) ++mistakes;
      }
      barrier.Wait();
    }
  });
  EXPECT_EQ(mistakes, 0);
}

TEST(WorkerTeam, RefusesNoThreads) { EXPECT_THROW(WorkerTeam(0), Error); }

TEST(PartOf, PartsFollowOneAnotherAndAreFair) {
  for (const std::int64_t items : {0, 1, 5, 63, 64, 65, 1000}) {
    for (const std::int64_t grain : {1, 16, 64}) {
      std::int64_t end = 0;
      for (int member = 0; member < 3; ++member) {
        const Range part = PartOf(items, grain, member, 3);
        EXPECT_EQ(part.begin, end);
        EXPECT_LE(part.end - part.begin, ((items + grain - 1) / grain + 2) / 3 * grain);
        end = part.end;
      }
      EXPECT_EQ(end, items);
    }
  }
}

TEST(PartOf, PartsBeginAtMultiplesOfTheGrain) {
  EXPECT_EQ(PartOf(100, 16, 0, 2).end, 64);
  EXPECT_EQ(PartOf(100, 16, 1, 2).end, 100);
}

TEST(AvailableThreads, IsAtLeastOneAndAtMostTheHardware) {
  EXPECT_GE(AvailableThreads(), 1);
  EXPECT_LE(AvailableThreads(), static_cast<int>(std::thread::hardware_concurrency()));
}

TEST(SetThreadBudget, RefusesNonsense) {
  EXPECT_THROW(SetThreadBudget(0), Error);
  EXPECT_THROW(SetThreadBudget(-3), Error);
}

TEST(SetThreadBudget, DecidesTheSharedTeamOnce) {
  SetThreadBudget(3);
  EXPECT_EQ(WorkerTeam::Shared().num_threads(), 3);
  EXPECT_NO_THROW(SetThreadBudget(3));
  EXPECT_THROW(SetThreadBudget(2), Error);
}

}  // namespace
}  // namespace stepwell
