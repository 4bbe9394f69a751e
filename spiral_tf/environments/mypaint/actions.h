// Actions of a `Painting` environment, and chance.

#ifndef SPIRAL_TF_ENVIRONMENTS_MYPAINT_ACTIONS_H_
#define SPIRAL_TF_ENVIRONMENTS_MYPAINT_ACTIONS_H_

#include <cstdint>
#include <random>
#include <utility>
#include <vector>

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
  int flag;  // 1 if it draws, 0 if it moves.
  int end;
  int control;
  int size;
  int pressure;
  int color[3];
};
constexpr int kComponents = 8;

// Whether an action draws that has so many before it.
inline bool Draws(const ActionSpace& space, const Action& action, int place) {
  return space.pen_down ? place > 0 : action.flag != 0;
}

// The actions of an episode, in their order.
using Program = std::vector<Action>;

// Random numbers that are the same wherever they are drawn, which those of
// std::uniform_int_distribution need not be.
class Random {
 public:
  explicit Random(uint64_t seed) : generator_(seed) {}

  // A number from 0 to `number` - 1.
  int Below(int number) {
    return static_cast<int>((generator_() >> 32) * number >> 32);
  }

  // A number in [0, 1).
  double Share() { return (generator_() >> 11) * 0x1p-53; }

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

}  // namespace spiral

#endif  // SPIRAL_TF_ENVIRONMENTS_MYPAINT_ACTIONS_H_
