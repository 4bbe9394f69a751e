// Hill climbing over programs: an action is varied, and the variation kept if
// the picture is not farther from a target.
//
// Every picture is drawn by the brush engine, and what the change leaves as it
// was is not drawn again: drawing goes on from a snapshot before the action.

#ifndef SPIRAL_TF_ENVIRONMENTS_MYPAINT_SEARCH_H_
#define SPIRAL_TF_ENVIRONMENTS_MYPAINT_SEARCH_H_

#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <random>
#include <string>
#include <utility>
#include <vector>

#include "canvas.h"

namespace spiral {

// What the actions of a `Painting` environment mean.
struct ActionSpace {
  int grid_width;  // Cells a row, and a column.
  // (y, x) of the centre of each cell, pixels.
  std::vector<std::pair<double, double>> centers;
  std::vector<double> sizes;      // Radii, pixels.
  std::vector<double> pressures;  // In [0, 1].
  std::vector<double> colors;     // Levels of a channel; empty for black.
  bool pen_down;  // Whether the first action moves, and all others draw.
  int substrokes;
};

// An action's components, 0 for those that the environment does not have.
struct Action {
  int flag;  // Whether it draws.
  int end;
  int control;
  int size;
  int pressure;
  int color[3];
};
constexpr int kComponents = 8;

// Random numbers that are the same wherever they are drawn, which those of
// std::uniform_int_distribution need not be.
class Random {
 public:
  explicit Random(uint64_t seed) : generator_(seed) {}

  // A number from 0 to `number` - 1.
  int Below(int number) {
    return static_cast<int>((generator_() >> 32) * number >> 32);
  }

  // Whether something comes true that does so in `percent` of all cases.
  bool Chance(int percent) { return Below(100) < percent; }

  // A number from -`most` to `most`, but not 0.
  int Step(int most) {
    const int step = Below(2 * most) - most;
    return step < 0 ? step : step + 1;
  }

 private:
  std::mt19937_64 generator_;
};

// A variation of an action, one of those that are near it.
//
// How often each kind comes, in percent, was found by trial (docs/search.md).
class Jitter {
 public:
  explicit Jitter(const ActionSpace& space) : space_(space) {}

  Action operator()(const Action& action, Random& random) const {
    Action varied = action;
    const int kind = random.Below(100);
    if (kind < 5 && !space_.pen_down) {
      varied.flag = 1 - varied.flag;
    } else if (kind < 35) {
      varied.end = Move(varied.end, random);
    } else if (kind < 60) {
      varied.control = Move(varied.control, random);
    } else if (kind < 65) {
      varied.end = Move(varied.end, random);
      varied.control = Move(varied.control, random);
    } else {
      Shape(varied, random);
    }
    return varied;
  }

 private:
  // Another cell, mostly a neighbour.
  int Move(int cell, Random& random) const {
    const int width = space_.grid_width;
    if (random.Chance(8)) return random.Below(width * width);
    const int most = random.Chance(70) ? 1 : 3;
    const auto moved = [&](int place) {
      return std::clamp(place + random.Below(2 * most + 1) - most, 0,
                        width - 1);
    };
    const int row = moved(cell / width);
    return row * width + moved(cell % width);
  }

  // Changes size, pressure or colour, whichever there are.
  void Shape(Action& action, Random& random) const {
    enum Kind { kSize, kPressure, kColor };
    Kind kinds[3];
    int number = 0;
    if (space_.sizes.size() > 1) kinds[number++] = kSize;
    if (space_.pressures.size() > 1) kinds[number++] = kPressure;
    if (!space_.colors.empty()) kinds[number++] = kColor;
    if (number == 0) {
      action.end = Move(action.end, random);
      return;
    }
    switch (kinds[random.Below(number)]) {
      case kSize:
        action.size = Within(action.size + random.Step(1), space_.sizes);
        break;
      case kPressure:
        action.pressure =
            Within(action.pressure + random.Step(3), space_.pressures);
        break;
      case kColor: {
        const int step = random.Step(3);
        const bool all = random.Chance(30);
        const int one = random.Below(3);
        for (int c = 0; c < 3; ++c) {
          if (all || c == one) {
            action.color[c] = Within(action.color[c] + step, space_.colors);
          }
        }
        break;
      }
    }
  }

  static int Within(int index, const std::vector<double>& values) {
    return std::clamp(index, 0, static_cast<int>(values.size()) - 1);
  }

  const ActionSpace& space_;
};

// One program, one target, and the canvas on which it is drawn.
class Climber {
 public:
  // `target` has `channels` bytes a pixel, row by row, and is kept by the
  // caller, as is `space`.
  Climber(int width, int channels, const std::string& brush,
          const Paper& paper, const ActionSpace& space)
      : canvas_(width, brush, paper),
        channels_(channels),
        space_(space),
        jitter_(space) {}

  // Begins with a program; returns its error, see `error`.
  int64_t Begin(std::vector<Action> program, const uint8_t* target) {
    program_ = std::move(program);
    target_ = target;
    before_.resize(program_.size());
    sound_ = 0;
    canvas_.Reset(space_.centers[0].first, space_.centers[0].second);
    if (!program_.empty()) canvas_.SaveTo(&before_[0]);
    error_ = DrawFrom(0, program_, /*keep=*/true);
    return error_;
  }

  const std::vector<Action>& program() const { return program_; }

  // Sum of the squared differences of all bytes.
  int64_t error() const { return error_; }

  // Varies an action; returns whether the variation was kept.
  bool Try(Random& random) {
    const int place = random.Below(static_cast<int>(program_.size()));
    const Action old = program_[place];
    program_[place] = jitter_(old, random);
    if (SameAction(old, program_[place], place)) return false;
    Return(place);
    const int64_t error = DrawFrom(place, program_, /*keep=*/false);
    if (error > error_) {
      program_[place] = old;
      return false;
    }
    error_ = error;
    sound_ = std::min(sound_, place);
    return true;
  }

 private:
  bool Draws(const Action& action, int place) const {
    return space_.pen_down ? place > 0 : action.flag != 0;
  }

  // Whether two actions leave the same.
  bool SameAction(const Action& a, const Action& b, int place) const {
    const bool draws = Draws(a, place);
    if (draws != Draws(b, place) || a.end != b.end) return false;
    return !draws ||
           (a.control == b.control && a.size == b.size &&
            a.pressure == b.pressure && a.color[0] == b.color[0] &&
            a.color[1] == b.color[1] && a.color[2] == b.color[2]);
  }

  // Goes back to where the canvas was before an action.
  void Return(int place) {
    if (!canvas_.restores_brush()) {
      canvas_.Restore(before_[0]);
      for (int i = 0; i < place; ++i) Act(program_[i], i);
      return;
    }
    const int from = std::min(place, sound_);
    canvas_.Restore(before_[from]);
    for (int i = from; i < place; ++i) {
      Act(program_[i], i);
      canvas_.SaveTo(&before_[i + 1]);
    }
    sound_ = std::max(sound_, place);
  }

  // Draws the rest of the program, from an action on; returns the error.
  int64_t DrawFrom(int place, const std::vector<Action>& program, bool keep) {
    const int number = static_cast<int>(program.size());
    for (int i = place; i < number; ++i) {
      Act(program[i], i);
      if (keep && i + 1 < number) canvas_.SaveTo(&before_[i + 1]);
    }
    if (keep) sound_ = std::max(0, number - 1);
    return Error();
  }

  void Act(const Action& action, int place) {
    const auto& end = space_.centers[action.end];
    if (!Draws(action, place)) {
      canvas_.MoveTo(end.first, end.second);
      return;
    }
    const auto& control = space_.centers[action.control];
    const auto color = [&](int c) {
      return space_.colors.empty() ? 0.0 : space_.colors[action.color[c]];
    };
    canvas_.Stroke(control.first, control.second, end.first, end.second,
                   space_.pressures[action.pressure],
                   space_.sizes[action.size], color(0), color(1), color(2),
                   space_.substrokes, 0, space_.substrokes);
  }

  int64_t Error() {
    const int row_bytes = canvas_.width() * channels_;
    const uint8_t* bytes = canvas_.Bytes(channels_);
    int64_t sum = 0;
    for (int y = 0; y < canvas_.width(); ++y) {
      const uint8_t* a = bytes + y * row_bytes;
      const uint8_t* b = target_ + y * row_bytes;
      int32_t row = 0;  // At most 4 * 4096 * 255^2.
      for (int i = 0; i < row_bytes; ++i) {
        const int difference = a[i] - b[i];
        row += difference * difference;
      }
      sum += row;
    }
    return sum;
  }

  Canvas canvas_;
  const int channels_;
  const ActionSpace& space_;
  const Jitter jitter_;
  std::vector<Action> program_;
  const uint8_t* target_ = nullptr;
  int64_t error_ = 0;
  std::vector<Snapshot> before_;  // What there was before each action,
  int sound_ = 0;                 // up to this one; later ones are outdated.
};

}  // namespace spiral

#endif  // SPIRAL_TF_ENVIRONMENTS_MYPAINT_SEARCH_H_
