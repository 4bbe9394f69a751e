// Variations of programs, among which search finds better ones.

#ifndef SPIRAL_TF_ENVIRONMENTS_MYPAINT_VARIATION_H_
#define SPIRAL_TF_ENVIRONMENTS_MYPAINT_VARIATION_H_

#include <algorithm>
#include <cstdint>
#include <numeric>
#include <utility>
#include <vector>

#include "actions.h"

namespace spiral {

// Where on the grid a picture is far from its target.
class Residual {
 public:
  Residual(int grid_width, int width)
      : grid_width_(grid_width), sums_(grid_width * grid_width) {
    for (int i = 0; i < width; ++i) cells_.push_back(i * grid_width / width);
  }

  // Compares all bytes of a picture and a target, row by row.
  template <typename Target>
  void Update(const uint8_t* bytes, const Target* target, int channels) {
    std::fill(sums_.begin(), sums_.end(), 0);
    for (int row : cells_) {
      int64_t* sums = sums_.data() + row * grid_width_;
      for (int column : cells_) {
        for (int c = 0; c < channels; ++c) {
          const int difference = *bytes++ - *target++;
          sums[column] += difference * difference;
        }
      }
    }
    std::partial_sum(sums_.begin(), sums_.end(), sums_.begin());
  }

  // A cell, likelier where the squared error is larger.
  int Draw(Random& random) const {
    if (sums_.back() == 0) return random.Below(static_cast<int>(sums_.size()));
    const auto error = static_cast<int64_t>(random.Share() * sums_.back());
    return static_cast<int>(
        std::upper_bound(sums_.begin(), sums_.end(), error) - sums_.begin());
  }

 private:
  const int grid_width_;
  std::vector<int> cells_;     // Row, or column, of the grid for each pixel's.
  std::vector<int64_t> sums_;  // Errors of all cells up to each.
};

// Varies programs a little.
//
// How often each kind comes, in percent, was found by trial (docs/search.md).
class Variation {
 public:
  explicit Variation(const ActionSpace& space) : space_(space) {}

  // Changes a program of at least one action. Returns the first action that may
  // be another.
  int operator()(Program& program, const Residual& residual,
                 Random& random) const {
    const int number = static_cast<int>(program.size());
    const int place = random.Below(number);
    const int kind = random.Below(100);
    if (kind < 10 && number > 1) return Reorder(program, place, random);
    if (kind < 30) {
      Aim(program[place], residual, random);
    } else {
      program[place] = Jitter(program[place], random);
    }
    return place;
  }

 private:
  // Leaves an action out, puts one in, or swaps two.
  int Reorder(Program& program, int place, Random& random) const {
    switch (random.Below(3)) {
      case 0: {
        Action last = Jitter(program.back(), random);
        last.flag = 1;
        program.erase(program.begin() + place);
        program.push_back(last);
        return place;
      }
      case 1: {
        const Action varied = Jitter(program[place], random);
        program.pop_back();
        program.insert(program.begin() + place, varied);
        return place;
      }
      default: {
        const int other = random.Below(static_cast<int>(program.size()));
        std::swap(program[place], program[other]);
        return std::min(place, other);
      }
    }
  }

  // Sends an action where the picture is far from the target.
  void Aim(Action& action, const Residual& residual, Random& random) const {
    const int kind = random.Below(3);
    if (kind != 0) action.end = residual.Draw(random);
    if (kind != 1) action.control = residual.Draw(random);
    if (kind == 2) action.flag = 1;
  }

  // An action that is near to another.
  Action Jitter(const Action& action, Random& random) const {
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

}  // namespace spiral

#endif  // SPIRAL_TF_ENVIRONMENTS_MYPAINT_VARIATION_H_
