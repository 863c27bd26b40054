#include "stepwell/state/state_store.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>
#include <thread>

#include "tests/support/message_of.h"
#include "tests/support/small_stream.h"
#include "tests/support/temp_folder.h"

namespace stepwell::state {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using testing::SmallRunner;

TEST(StateStore, RefusesTheHandleOfAClosedStream) {
  const SmallRunner runner;
  StateStore store;
  const StreamHandle closed = store.Open(runner.Open());
  store.Close(closed);
  const StreamHandle reused = store.Open(runner.Open());
  EXPECT_EQ(reused.index, closed.index);
  EXPECT_NE(reused.generation, closed.generation);
  EXPECT_THAT(MessageOf([&] { store.Borrow(closed); }), HasSubstr("stream 0.0 is closed or was never open"));
  EXPECT_THAT(MessageOf([&] { store.Close(closed); }), HasSubstr("is closed"));
  EXPECT_THAT(MessageOf([&] { store.Fork(closed); }), HasSubstr("is closed"));
  EXPECT_THAT(MessageOf([&] { store.Borrow({5, 0}); }), HasSubstr("stream 5.0 is closed or was never open"));
  EXPECT_THAT(store.List(), ElementsAre(reused));
}

TEST(StateStore, AStreamThatReusesAnIndexSeesNothingOfTheEarlierOne) {
  SmallRunner runner;
  StateStore store;
  const StreamHandle first = store.Open(runner.Open());
  const std::vector<std::byte> fresh = store.Borrow(first)->Save();
  runner.Run(*store.Borrow(first), 0, 3);
  store.Close(first);
  EXPECT_EQ(store.Borrow(store.Open(runner.Open()))->Save(), fresh);
}

TEST(StateStore, GivesAStreamToOneOwnerAtATime) {
  const SmallRunner runner;
  StateStore store;
  const StreamHandle handle = store.Open(runner.Open());
  {
    const StateStore::Lease lease = store.Borrow(handle);
    EXPECT_THAT(MessageOf([&] { store.Borrow(handle); }), HasSubstr("stream 0.0 has another owner now"));
    EXPECT_THROW(store.Close(handle), Error);
  }
  EXPECT_NO_THROW(store.Borrow(handle));
}

TEST(StateStore, WaitsForTheOwnerIfTold) {
  SmallRunner runner;
  StateStore store;
  const StreamHandle handle = store.Open(runner.Open());
  auto lease = std::make_unique<StateStore::Lease>(store.Borrow(handle));
  std::uint64_t calls_seen = 0;
  std::thread waiter([&] { calls_seen = store.Borrow(handle, WhenBorrowed::kWait)->call_number(); });
  runner.Run(**lease, 0, 3);
  lease.reset();
  waiter.join();
  EXPECT_EQ(calls_seen, 3U);
}

TEST(StateStore, TellsThoseWhoWaitThatTheStreamWasClosed) {
  const SmallRunner runner;
  StateStore store;
  const StreamHandle handle = store.Open(runner.Open());
  auto lease = std::make_unique<StateStore::Lease>(store.Borrow(handle));
  std::string error;
  std::thread closer([&] { store.Close(handle, WhenBorrowed::kWait); });
  std::thread waiter([&] {
    error = MessageOf([&] {
      while (true) store.Borrow(handle, WhenBorrowed::kWait);
    });
  });
  lease.reset();
  closer.join();
  waiter.join();
  EXPECT_THAT(error, HasSubstr("stream 0.0 is closed"));
}

TEST(StateStore, ForksAndRestoresStreams) {
  SmallRunner runner;
  StateStore store;
  MemorySnapshots snapshots;
  const StreamHandle parent = store.Open(runner.Open());
  runner.Run(*store.Borrow(parent), 0, 2);
  store.Save(parent, snapshots, "after-2");
  const StreamHandle fork = store.Fork(parent);
  const auto expected = runner.Run(*store.Borrow(parent), 2, 5);
  EXPECT_EQ(runner.Run(*store.Borrow(fork), 2, 5), expected);
  store.Restore(parent, snapshots, "after-2");
  EXPECT_EQ(runner.Run(*store.Borrow(parent), 2, 5), expected);
}

// Many threads, one model, one store: what each stream gives does not depend on the others.
TEST(StateStore, ServesManyThreads) {
  constexpr int kThreads = 4;
  constexpr int kRounds = 20;
  SmallRunner runner;
  Stream alone = runner.Open();
  const auto expected = runner.Run(alone, 0, 6);
  StateStore store;
  MemorySnapshots snapshots;
  std::atomic<int> wrong = 0;
  const auto serve = [&](int thread) {
    SmallRunner own = runner.ForThread();
    for (int round = 0; round < kRounds; ++round) {
      const std::string name = "thread-" + std::to_string(thread);
      const StreamHandle handle = store.Open(own.Open());
      auto results = own.Run(*store.Borrow(handle), 0, 3);
      store.Save(handle, snapshots, name);
      const StreamHandle fork = store.Fork(handle);
      store.Close(handle);
      store.Borrow(fork)->Reset();
      store.Restore(fork, snapshots, name);
      for (auto& result : own.Run(*store.Borrow(fork), 3, 6)) results.push_back(std::move(result));
      store.Close(fork);
      if (results != expected) ++wrong;
    }
  };
  std::vector<std::thread> threads;
  for (int thread = 0; thread < kThreads; ++thread) threads.emplace_back(serve, thread);
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(wrong, 0);
  EXPECT_TRUE(store.List().empty());
}

TEST(StateStore, LetsThreadsShareOneStream) {
  constexpr int kThreads = 4;
  constexpr int kRounds = 50;
  const SmallRunner runner;
  StateStore store;
  const StreamHandle handle = store.Open(runner.Open());
  std::vector<std::thread> threads;
  for (int thread = 0; thread < kThreads; ++thread) {
    threads.emplace_back([&] {
      SmallRunner own = runner.ForThread();
      for (int round = 0; round < kRounds; ++round) own.Step(*store.Borrow(handle, WhenBorrowed::kWait), 1);
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(store.Borrow(handle)->call_number(), static_cast<std::uint64_t>(kThreads * kRounds));
}

std::vector<std::byte> SomeSnapshot() {
  const SmallRunner runner;
  return runner.Open().Save();
}

TEST(FolderSnapshots, ListsWholeSnapshotsOnlyAfterACrash) {
  const testing::TempFolder folder;
  const std::vector<std::byte> snapshot = SomeSnapshot();
  FolderSnapshots(folder / "streams").Put("b", snapshot);
  FolderSnapshots(folder / "streams").Put("a", snapshot);
  // What a crash or another program may leave behind.
  folder.Write("streams/.c.snapshot.XyZ123", std::span(snapshot).first(10));
  folder.Write("streams/d.snapshot", std::span(snapshot).first(50));
  folder.Write("streams/notes.txt", "hello");
  const FolderSnapshots reopened(folder / "streams");
  EXPECT_THAT(reopened.List(), ElementsAre("a", "b"));
  EXPECT_EQ(reopened.Get("a"), snapshot);
}

TEST(FolderSnapshots, ReplacesAndRemoves) {
  const testing::TempFolder folder;
  FolderSnapshots snapshots(folder.path());
  snapshots.Put("a", SomeSnapshot());
  const std::vector<std::byte> other = WriteSnapshot({});
  snapshots.Put("a", other);
  EXPECT_EQ(snapshots.Get("a"), other);
  EXPECT_THAT(MessageOf([&] { snapshots.Get("aa"); }), HasSubstr("there is no snapshot 'aa'; did you mean 'a'?"));
  snapshots.Remove("a");
  snapshots.Remove("a");
  EXPECT_TRUE(snapshots.List().empty());
}

TEST(FolderSnapshots, RefusesNamesThatLeaveTheFolder) {
  const testing::TempFolder folder;
  FolderSnapshots snapshots(folder / "inner");
  const std::string too_long(101, 'a');
  for (const std::string name : {"", ".", "..", "../a", "a/b", "/etc/passwd", ".hidden", "a b", "a\n", "\xc3\xa4"}) {
    EXPECT_THROW(snapshots.Put(name, SomeSnapshot()), Error) << name;
    EXPECT_THROW(snapshots.Get(name), Error) << name;
    EXPECT_THROW(snapshots.Remove(name), Error) << name;
  }
  EXPECT_THROW(snapshots.Put(too_long, SomeSnapshot()), Error);
  EXPECT_NO_THROW(snapshots.Put(too_long.substr(1), SomeSnapshot()));
}

TEST(FolderSnapshots, ReportsAFolderThatCannotBe) {
  const testing::TempFolder folder;
  folder.Write("file", "x");
  EXPECT_THROW(FolderSnapshots(folder / "file"), Error);
}

TEST(MemorySnapshots, KeepsNamesAsTheFolderDoes) {
  MemorySnapshots snapshots;
  EXPECT_THROW(snapshots.Put("../a", {}), Error);
  snapshots.Put("b", SomeSnapshot());
  snapshots.Put("a", SomeSnapshot());
  EXPECT_THAT(snapshots.List(), ElementsAre("a", "b"));
  EXPECT_EQ(snapshots.Get("a"), SomeSnapshot());
  snapshots.Remove("a");
  EXPECT_THROW(snapshots.Get("a"), Error);
}

}  // namespace
}  // namespace stepwell::state
