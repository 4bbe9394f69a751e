// The brush engine's Python module: arguments are checked here, nothing else.

#include <pybind11/numpy.h>
#include <pybind11/pybind11.h>
#include <pybind11/stl.h>

#include <mutex>
#include <optional>
#include <string>

#include "arguments.h"
#include "canvas.h"
#include "chatter.h"

namespace py = pybind11;

// In climb.cc.
void DefineClimb(py::module_& module);
// In photo.cc.
void DefinePhoto(py::module_& module);
// In drafter.cc.
void DefineDrafter(py::module_& module);
// In branch.cc.
void DefineBranch(py::module_& module);

namespace {

using namespace spiral::arguments;

class PyCanvas {
 public:
  PyCanvas(int width, const std::string& brush, const std::string& background,
           std::optional<int> height)
      : canvas_(Checked("width", width),
                height ? Checked("height", *height) : width, brush,
                ToPaper(background)) {}

  int width() const { return canvas_.width(); }
  int height() const { return canvas_.height(); }

  bool restores_brush() const { return canvas_.restores_brush(); }

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
              double blue, int substrokes, int first,
              std::optional<int> last) {
    CheckPoint("control_y", control_y, "control_x", control_x);
    CheckPoint("end_y", end_y, "end_x", end_x);
    CheckRange("pressure", pressure, 0, 1);
    CheckRange("radius", radius, kMinRadius, kMaxRadius);
    CheckRange("red", red, 0, 1);
    CheckRange("green", green, 0, 1);
    CheckRange("blue", blue, 0, 1);
    CheckRange("substrokes", substrokes, 1, kMaxSubstrokes);
    const int end = last.value_or(substrokes);
    CheckRange("last", end, 1, substrokes);
    CheckRange("first", first, 0, end - 1);
    int drawn;
    WithoutGil([&] {
      drawn = canvas_.drawn();
      if (drawn != first) return;
      canvas_.Stroke(control_y, control_x, end_y, end_x, pressure, radius, red,
                     green, blue, substrokes, first, end);
    });
    if (drawn == first) return;
    throw py::value_error(
        "first is " + std::to_string(first) + ", but " +
        std::to_string(drawn) +
        " pieces of the curve are drawn; go on from there, or move the brush.");
  }

  spiral::Snapshot Save() {
    spiral::Snapshot snapshot;
    WithoutGil([&] { snapshot = canvas_.Save(); });
    return snapshot;
  }

  void Restore(const spiral::Snapshot& snapshot) {
    if (snapshot.width != width() || snapshot.height != height()) {
      throw py::value_error("the snapshot is of a canvas of " +
                            Size(snapshot.width, snapshot.height) +
                            " pixels, but this one has " +
                            Size(width(), height()) + ".");
    }
    WithoutGil([&] { canvas_.Restore(snapshot); });
  }

  py::array_t<uint8_t> ToArray(int channels) {
    CheckChannels(channels);
    py::array_t<uint8_t> array({height(), width(), channels});
    uint8_t* out = array.mutable_data();
    WithoutGil([&] { canvas_.Read(channels, out); });
    return array;
  }

 private:
  static int Checked(const char* name, int pixels) {
    CheckRange(name, pixels, 1, kMaxWidth);
    return pixels;
  }

  static std::string Size(int width, int height) {
    return std::to_string(width) + " x " + std::to_string(height);
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
  spiral::SilenceChatter();
  module.doc() = "A brush on a canvas, over the system's libmypaint.";
  py::class_<spiral::Snapshot>(module, "Snapshot",
                               "What was on a canvas; see Canvas.snapshot.");
  py::class_<PyCanvas>(module, "Canvas", R"(
A canvas and a brush that draws Bezier curves on it.

The same calls leave the same pixels, in any process and after any `reset`.
Coordinates are in pixels, (y, x), from the upper left corner of the canvas.
Calls release the GIL; calls from several threads wait for each other.
)")
      .def(py::init<int, const std::string&, const std::string&,
                    std::optional<int>>(),
           py::arg("width"), py::arg("brush"), py::arg("background") = "white",
           py::arg("height") = py::none(), R"(
Creates a canvas that has been `reset`.

Args:
  width: pixels, 1 to 4096.
  brush: text of a .myb file, from `brushes.load`, which checks it.
  background: 'white', 'transparent' or the colour of the paper, '#rrggbb'.
  height: pixels, 1 to 4096; None for a square.

Raises:
  ValueError: an argument is out of range, or libmypaint refuses the brush.
)")
      .def_property_readonly("width", &PyCanvas::width, "Pixels a row.")
      .def_property_readonly("height", &PyCanvas::height, "Pixels a column.")
      .def_property_readonly(
          "restores_brush", &PyCanvas::restores_brush,
          "Whether `restore` goes back to the brush as it was; not if chance, "
          "of which libmypaint keeps no record, plays a part in its strokes.")
      .def("reset", &PyCanvas::Reset, py::arg("y") = 0.0, py::arg("x") = 0.0,
           "Clears the canvas and puts a new brush at (y, x), in pixels.")
      .def("move_to", &PyCanvas::MoveTo, py::arg("y"), py::arg("x"),
           "Moves the lifted brush to (y, x), in pixels. Draws nothing.")
      .def("stroke", &PyCanvas::Stroke, py::arg("control_y"),
           py::arg("control_x"), py::arg("end_y"), py::arg("end_x"),
           py::arg("pressure"), py::arg("radius"), py::arg("red") = 0.0,
           py::arg("green") = 0.0, py::arg("blue") = 0.0,
           py::arg("substrokes") = 50, py::arg("first") = 0,
           py::arg("last") = py::none(), R"(
Draws a quadratic Bezier curve from where the brush is, or a part of it.

Parts of a curve, drawn one after the other, leave what the whole one leaves.

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
  first: pieces that earlier calls have drawn.
  last: the last piece to draw, counted from 1; None for the end of the curve.
    If it is not the end, the next call goes on with the same curve, from there,
    with the same other arguments; or `move_to` and `reset` leave it.

Raises:
  ValueError: an argument is out of range or not a number, or `first` is not
    where the call before stopped. Nothing is drawn.
)")
      .def("snapshot", &PyCanvas::Save,
           "Returns what is on the canvas and where the brush is, to `restore`.")
      .def("restore", &PyCanvas::Restore, py::arg("snapshot"), R"(
Goes back to a snapshot, as often as need be.

What follows leaves the pixels that it would have left right after the snapshot,
as if nothing had been drawn since: also in the middle of a sequence of strokes,
or of a curve. If not `restores_brush`, the pixels are the same, but the brush
is a new one, lifted, in the same place, or at the start of a curve that was
unfinished; so what follows is the same each time, but not what would have
followed without `restore`.

Args:
  snapshot: of a canvas of this width and height.

Raises:
  ValueError: it is of another width or height.
)")
      .def("to_array", &PyCanvas::ToArray, py::arg("channels") = 3, R"(
Returns the pixels as a new uint8 array [height, width, channels].

Every value is rounded to nearest, halves up, once.

Args:
  channels: 4 for red, green, blue (not multiplied by alpha) and alpha; 3 for
    the colour, on the paper, or, if the background is transparent, not
    multiplied by alpha; 1 for the luma (ITU-R BT.601) on the paper, or, if the
    background is transparent, alpha, that is how much ink there is.

Raises:
  ValueError: there is no such number of channels.
)");
  DefineClimb(module);
  DefinePhoto(module);
  DefineDrafter(module);
  DefineBranch(module);
}
