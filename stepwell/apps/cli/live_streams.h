#pragma once

#include <chrono>
#include <deque>
#include <memory>
#include <vector>

#include "stepwell/apps/cli/bench_streams.h"
#include "stepwell/apps/cli/live_source.h"
#include "stepwell/state/batcher.h"

namespace stepwell::cli {

// A number of simulated live streams that one batcher steps, in real time. Not thread-safe.
class LiveStreams {
 public:
  using Clock = std::chrono::steady_clock;

  // `frames`: rows of one stream in a call of the model.
  LiveStreams(const LiveModel& model, std::int64_t streams, std::int64_t frames);

  bool steps_together() const { return form_.steps_together(); }
  // Makes calls of all streams and of half of them, with whatever they hold; returns the time of one of all.
  std::chrono::duration<double> WarmUp();
  // Lets the streams send for so long. Stops earlier once so many rows are late that the deadline cannot be met.
  StreamsPoint Run(double seconds, double deadline_ms);

 private:
  struct Row {
    std::vector<float> values;
    Clock::time_point arrival;
  };
  struct Client {
    std::unique_ptr<LiveModel::Source> source;
    state::Stream stream;
    std::deque<Row> rows;  // that wait for a call
    std::vector<Tensor> inputs;
    std::vector<Tensor> outputs;
    Clock::time_point next_packet;
    bool in_call;
  };

  Client MakeClient(const LiveModel& model, unsigned number) const;
  void Start(Clock::time_point now, double deadline_ms);
  // Everything that has happened by now: packets, then a call. Returns when there is something to do again.
  Clock::time_point Turn(Clock::time_point now);
  void TakePackets(Clock::time_point now);
  static void TakePacketsOf(Client& client, Clock::time_point now);
  void SubmitReady();
  void Submit(Client& client, Clock::time_point deadline);
  void TakeRows(Client& client);
  void Count(Clock::duration latency);
  // The rows that should have been there when the time was up.
  void CountMissing(Clock::time_point end);
  StreamsPoint Summary(double passed_seconds, double processor_seconds);

  std::int64_t frames_;
  std::optional<std::size_t> features_;  // the caller's input that takes the rows
  std::shared_ptr<const state::StateLayout> layout_;
  std::vector<Client> clients_;
  std::exception_ptr failure_;
  Clock::duration deadline_{};
  // Since counting began:
  Clock::time_point counted_from_;
  std::vector<double> latencies_ms_;
  std::size_t late_ = 0;
  Clock::duration computing_{};
  Clock::duration in_features_{};
  std::size_t calls_ = 0;
  std::size_t steps_ = 0;
  // Last, to end first: it tells the clients of steps that it has not made.
  state::Batcher batcher_;
  state::Batcher::Form& form_;
};

}  // namespace stepwell::cli
