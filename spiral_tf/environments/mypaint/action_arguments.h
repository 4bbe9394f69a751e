// What functions that take programs of actions refuse, as Python's errors.

#ifndef SPIRAL_TF_ENVIRONMENTS_MYPAINT_ACTION_ARGUMENTS_H_
#define SPIRAL_TF_ENVIRONMENTS_MYPAINT_ACTION_ARGUMENTS_H_

#include <pybind11/numpy.h>
#include <pybind11/pybind11.h>

#include <algorithm>
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "actions.h"
#include "arguments.h"

namespace spiral::arguments {

using Programs = py::array_t<int32_t, py::array::c_style | py::array::forcecast>;
using Pictures = py::array_t<uint8_t, py::array::c_style>;

constexpr int kMaxThreads = 1024;

inline void Check(bool fits, const std::string& rule) {
  if (!fits) throw py::value_error(rule);
}

inline void CheckAll(const char* name, const std::vector<double>& values,
                     double low, double high) {
  Check(!values.empty(), std::string(name) + " is empty.");
  for (double value : values) CheckRange(name, value, low, high);
}

// A place in an array for each number; `values` may be empty, for one place.
inline void CheckIndex(const char* name, int index, size_t values) {
  CheckRange(name, index, 0, std::max<size_t>(values, 1) - 1.0);
}

// What actions mean on a canvas of a width, pixels.
inline ActionSpace ToSpace(int width, int grid_width,
                           std::vector<double> sizes,
                           std::vector<double> pressures,
                           std::vector<double> colors, bool pen_down,
                           int substrokes) {
  CheckRange("width", width, 1, kMaxWidth);
  CheckRange("grid_width", grid_width, 1, kMaxWidth);
  CheckAll("sizes", sizes, kMinRadius, kMaxRadius);
  CheckAll("pressures", pressures, 0, 1);
  if (!colors.empty()) CheckAll("colors", colors, 0, 1);
  CheckRange("substrokes", substrokes, 1, kMaxSubstrokes);
  ActionSpace space{grid_width, {},  std::move(sizes),
                    std::move(pressures), std::move(colors), pen_down,
                    substrokes};
  const double cell = static_cast<double>(width) / grid_width;
  for (int i = 0; i < grid_width * grid_width; ++i) {
    space.centers.emplace_back((i / grid_width + 0.5) * cell,
                               (i % grid_width + 0.5) * cell);
  }
  return space;
}

inline Action ToAction(const int32_t* row, const ActionSpace& space) {
  const Action action{row[0], row[1], row[2], row[3], row[4],
                      {row[5], row[6], row[7]}};
  CheckIndex("flag", action.flag, 2);
  CheckIndex("end", action.end, space.centers.size());
  CheckIndex("control", action.control, space.centers.size());
  CheckIndex("size", action.size, space.sizes.size());
  CheckIndex("pressure", action.pressure, space.pressures.size());
  for (int color : action.color) {
    CheckIndex("colour", color, space.colors.size());
  }
  return action;
}

// Reads a program of `length` actions.
inline Program ToProgram(const int32_t* rows, py::ssize_t length,
                         const ActionSpace& space) {
  Program program;
  for (py::ssize_t t = 0; t < length; ++t) {
    program.push_back(ToAction(rows + t * kComponents, space));
  }
  return program;
}

// Writes a program; returns where the next one goes.
inline int32_t* WriteProgram(const Program& program, int32_t* out) {
  for (const Action& a : program) {
    for (int value : {a.flag, a.end, a.control, a.size, a.pressure, a.color[0],
                      a.color[1], a.color[2]}) {
      *out++ = value;
    }
  }
  return out;
}

}  // namespace spiral::arguments

#endif  // SPIRAL_TF_ENVIRONMENTS_MYPAINT_ACTION_ARGUMENTS_H_
