// The brush engine's Python module: arguments are checked here, nothing else.

#include <pybind11/numpy.h>
#include <pybind11/pybind11.h>

#include <cmath>
#include <mutex>
#include <sstream>
#include <string>

#include "canvas.h"

namespace py = pybind11;

namespace {

constexpr int kMaxWidth = 1024;        // Pixels.
constexpr double kMaxCoordinate = 4096;  // Pixels, either side of 0.
constexpr double kMinRadius = 0.1;     // libmypaint draws no smaller dab.
constexpr double kMaxRadius = 1000;    // libmypaint's own limit.
constexpr int kMaxSubstrokes = 10000;

// Raises a ValueError unless `value` is in [low, high]; NaN never is.
void CheckRange(const char* name, double value, double low, double high) {
  if (value >= low && value <= high) return;
  std::ostringstream message;
  message << name << " is " << value << ", but it must be between " << low
          << " and " << high << ".";
  throw py::value_error(message.str());
}

void CheckPoint(const char* y_name, double y, const char* x_name, double x) {
  CheckRange(y_name, y, -kMaxCoordinate, kMaxCoordinate);
  CheckRange(x_name, x, -kMaxCoordinate, kMaxCoordinate);
}

class PyCanvas {
 public:
  PyCanvas(int width, const std::string& brush, const std::string& background)
      : canvas_(CheckedWidth(width), brush, IsWhite(background)) {}

  int width() const { return canvas_.width(); }

  void Reset(double y, double x) {
    CheckPoint("y", y, "x", x);
    WithoutGil([&] { canvas_.Reset(y, x); });
  }

  void MoveTo(double y, double x) {
    CheckPoint("y", y, "x", x);
    WithoutGil([&] { canvas_.MoveTo(y, x); });
  }

  void Stroke(double control_y, double control_x, double end_y, double end_x,
              double pressure, double radius, double red, double green,
              double blue, int substrokes) {
    CheckPoint("control_y", control_y, "control_x", control_x);
    CheckPoint("end_y", end_y, "end_x", end_x);
    CheckRange("pressure", pressure, 0, 1);
    CheckRange("radius", radius, kMinRadius, kMaxRadius);
    CheckRange("red", red, 0, 1);
    CheckRange("green", green, 0, 1);
    CheckRange("blue", blue, 0, 1);
    CheckRange("substrokes", substrokes, 1, kMaxSubstrokes);
    WithoutGil([&] {
      canvas_.Stroke(control_y, control_x, end_y, end_x, pressure, radius, red,
                     green, blue, substrokes);
    });
  }

  py::array_t<uint8_t> ToArray(int channels) {
    if (channels != 1 && channels != 3 && channels != 4) {
      throw py::value_error("channels is " + std::to_string(channels) +
                            ", but it must be 1, 3 or 4.");
    }
    const int w = width();
    py::array_t<uint8_t> array({w, w, channels});
    uint8_t* out = array.mutable_data();
    WithoutGil([&] { canvas_.Read(channels, out); });
    return array;
  }

 private:
  static int CheckedWidth(int width) {
    CheckRange("width", width, 1, kMaxWidth);
    return width;
  }

  static bool IsWhite(const std::string& background) {
    if (background != "white" && background != "transparent") {
      throw py::value_error("background is '" + background +
                            "', but it must be 'white' or 'transparent'.");
    }
    return background == "white";
  }

  // The lock comes after the GIL is gone, or two threads could wait for each
  // other.
  template <typename Work>
  void WithoutGil(Work work) {
    py::gil_scoped_release release;
    std::lock_guard<std::mutex> lock(mutex_);
    work();
  }

  std::mutex mutex_;
  spiral::Canvas canvas_;
};

}  // namespace

PYBIND11_MODULE(_mypaint, module) {
  module.doc() = "A brush on a canvas, over the system's libmypaint.";
  py::class_<PyCanvas>(module, "Canvas", R"(
A square canvas and a brush that draws Bezier curves on it.

The same calls leave the same pixels, in any process and after any `reset`.
Coordinates are in pixels, (y, x), from the upper left corner of the canvas.
Calls release the GIL; calls from several threads wait for each other.
)")
      .def(py::init<int, const std::string&, const std::string&>(),
           py::arg("width"), py::arg("brush"), py::arg("background") = "white",
           R"(
Creates a canvas that has been `reset`.

Args:
  width: pixels a side, 1 to 1024.
  brush: text of a .myb file, from `brushes.load`, which checks it.
  background: 'white' or 'transparent'.

Raises:
  ValueError: an argument is out of range, or libmypaint refuses the brush.
)")
      .def_property_readonly("width", &PyCanvas::width, "Pixels a side.")
      .def("reset", &PyCanvas::Reset, py::arg("y") = 0.0, py::arg("x") = 0.0,
           "Clears the canvas and puts a new brush at (y, x), in pixels.")
      .def("move_to", &PyCanvas::MoveTo, py::arg("y"), py::arg("x"),
           "Moves the lifted brush to (y, x), in pixels. Draws nothing.")
      .def("stroke", &PyCanvas::Stroke, py::arg("control_y"),
           py::arg("control_x"), py::arg("end_y"), py::arg("end_x"),
           py::arg("pressure"), py::arg("radius"), py::arg("red") = 0.0,
           py::arg("green") = 0.0, py::arg("blue") = 0.0,
           py::arg("substrokes") = 50, R"(
Draws a quadratic Bezier curve from where the brush is.

Args:
  control_y: row of the control point, pixels.
  control_x: column of the control point, pixels.
  end_y: row of the end, pixels.
  end_x: column of the end, pixels.
  pressure: pressure at the end, in [0, 1]. It changes linearly from the end of
    the stroke before; the first stroke after a move has it all along.
  radius: base radius of the brush, 0.1 to 1000 pixels.
  red: in [0, 1].
  green: in [0, 1].
  blue: in [0, 1].
  substrokes: straight pieces, 1 to 10000.

Raises:
  ValueError: an argument is out of range or not a number. Nothing is drawn.
)")
      .def("to_array", &PyCanvas::ToArray, py::arg("channels") = 3, R"(
Returns the pixels as a new uint8 array [width, width, channels].

Every value is rounded to nearest, halves up, once.

Args:
  channels: 4 for red, green, blue (not multiplied by alpha) and alpha; 3 for
    the colour, on white paper if the background is white, else not multiplied
    by alpha; 1 for the luma (ITU-R BT.601) on white paper if the background is
    white, else alpha, that is how much ink there is.

Raises:
  ValueError: there is no such number of channels.
)");
}
