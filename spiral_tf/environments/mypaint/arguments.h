// What the module's functions refuse, as Python's errors.

#ifndef SPIRAL_TF_ENVIRONMENTS_MYPAINT_ARGUMENTS_H_
#define SPIRAL_TF_ENVIRONMENTS_MYPAINT_ARGUMENTS_H_

#include <pybind11/pybind11.h>

#include <sstream>
#include <string>

#include "surface.h"

namespace spiral::arguments {

namespace py = pybind11;

constexpr int kMaxWidth = 4096;           // Pixels; heights too.
constexpr double kMaxCoordinate = 16384;  // Pixels, either side of 0.
constexpr double kMinRadius = 0.1;     // libmypaint draws no smaller dab.
constexpr double kMaxRadius = 1000;    // libmypaint's own limit.
constexpr int kMaxSubstrokes = 10000;

// Raises a ValueError unless `value` is in [low, high]; NaN never is.
inline void CheckRange(const char* name, double value, double low, double high) {
  if (value >= low && value <= high) return;
  std::ostringstream message;
  message << name << " is " << value << ", but it must be between " << low
          << " and " << high << ".";
  throw py::value_error(message.str());
}

inline void CheckPoint(const char* y_name, double y, const char* x_name, double x) {
  CheckRange(y_name, y, -kMaxCoordinate, kMaxCoordinate);
  CheckRange(x_name, x, -kMaxCoordinate, kMaxCoordinate);
}

inline void CheckChannels(int channels) {
  if (channels == 1 || channels == 3 || channels == 4) return;
  throw py::value_error("channels is " + std::to_string(channels) +
                        ", but it must be 1, 3 or 4.");
}

// The value of a hexadecimal digit, or -1.
inline int HexDigit(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

// What a background, by name or as '#rrggbb', is made of.
inline Paper ToPaper(const std::string& background) {
  if (background == "transparent") return {false, {0, 0, 0}};
  const std::string color = background == "white" ? "#ffffff" : background;
  Paper paper{true, {0, 0, 0}};
  bool valid = color.size() == 7 && color[0] == '#';
  for (int c = 0; valid && c < 3; ++c) {
    const int high = HexDigit(color[2 * c + 1]);
    const int low = HexDigit(color[2 * c + 2]);
    valid = high >= 0 && low >= 0;
    // Rounded, so that it reads back as the same byte.
    paper.rgb[c] = ((16 * high + low) * kOne + 127) / 255;
  }
  if (!valid) {
    throw py::value_error("background is '" + background +
                          "', but it must be 'white', 'transparent' or a "
                          "colour, '#rrggbb'.");
  }
  return paper;
}

}  // namespace spiral::arguments

#endif  // SPIRAL_TF_ENVIRONMENTS_MYPAINT_ARGUMENTS_H_
