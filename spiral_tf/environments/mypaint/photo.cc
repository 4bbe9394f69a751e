// The Python class that paints photographs: arguments are checked here.

#include <pybind11/numpy.h>
#include <pybind11/pybind11.h>
#include <pybind11/stl.h>

#include <string>
#include <vector>

#include "arguments.h"
#include "photo.h"

namespace py = pybind11;

namespace {

using namespace spiral::arguments;

constexpr int kCurve = 8;
constexpr int kMaxThreads = 1024;
constexpr double kMaxWeight = 1e6;

using Floats = py::array_t<float, py::array::c_style | py::array::forcecast>;

spiral::Curve ToCurve(const float* row) {
  CheckPoint("start_y", row[0], "start_x", row[1]);
  CheckPoint("control_y", row[2], "control_x", row[3]);
  CheckPoint("end_y", row[4], "end_x", row[5]);
  CheckRange("radius", row[6], kMinRadius, kMaxRadius);
  CheckRange("pressure", row[7], 0, 1);
  return {row[0], row[1], row[2], row[3], row[4], row[5], row[6], row[7]};
}

std::vector<spiral::Curve> ToCurves(const Floats& array) {
  if (array.ndim() != 2 || array.shape(1) != kCurve) {
    throw py::value_error("curves must have the shape [N, 8].");
  }
  std::vector<spiral::Curve> curves;
  for (py::ssize_t i = 0; i < array.shape(0); ++i) {
    curves.push_back(ToCurve(array.data(i, 0)));
  }
  return curves;
}

template <typename Number>
Number Checked(const char* name, Number value, double low, double high) {
  CheckRange(name, value, low, high);
  return value;
}

class PyPhoto {
 public:
  PyPhoto(const Floats& target, const Floats& weights, const std::string& brush,
          int substrokes, std::array<float, 3> paper, float min_radius,
          float max_radius, float min_pressure, int threads, uint64_t seed)
      : photo_(ToImages(target, weights), brush,
               Checked("substrokes", substrokes, 1, kMaxSubstrokes), paper,
               {Checked("min_radius", min_radius, kMinRadius, max_radius),
                Checked("max_radius", max_radius, kMinRadius, kMaxRadius),
                Checked("min_pressure", min_pressure, 0, 1)},
               Checked("threads", threads, 1, kMaxThreads), seed, [] {
                 py::gil_scoped_acquire acquire;
                 if (PyErr_CheckSignals() != 0) throw py::error_already_set();
               }) {}

  size_t Add(const Floats& candidates, int tries, size_t most, double least) {
    const auto curves = ToCurves(candidates);
    py::gil_scoped_release release;
    return photo_.Add(curves, tries, most, least);
  }

  void Lay(const Floats& strokes) {
    if (strokes.ndim() != 2 || strokes.shape(1) != kCurve + 3) {
      throw py::value_error("strokes must have the shape [N, 11].");
    }
    std::vector<spiral::Curve> curves;
    std::vector<spiral::Rgb> colors;
    for (py::ssize_t i = 0; i < strokes.shape(0); ++i) {
      const float* row = strokes.data(i, 0);
      curves.push_back(ToCurve(row));
      colors.push_back({row[kCurve], row[kCurve + 1], row[kCurve + 2]});
    }
    py::gil_scoped_release release;
    photo_.Lay(curves, colors);
  }

  void Refine(int tries) {
    py::gil_scoped_release release;
    photo_.Refine(tries);
  }

  void Drop(size_t number) {
    py::gil_scoped_release release;
    photo_.Drop(number);
  }

  double Error() const { return photo_.Error(); }

  size_t size() const { return photo_.layers().size(); }

  Floats Masks(const Floats& array, int width) {
    const auto curves = ToCurves(array);
    CheckRange("width", width, 1, kMaxWidth);
    Floats masks({static_cast<py::ssize_t>(curves.size()),
                  static_cast<py::ssize_t>(width),
                  static_cast<py::ssize_t>(width)});
    std::fill_n(masks.mutable_data(), masks.size(), 0.0f);
    float* out = masks.mutable_data();
    py::gil_scoped_release release;
    photo_.Draw(curves, {0, 0, width, width}, out);
    return masks;
  }

  Floats Picture() const {
    const auto& images = photo_.images();
    Floats picture({images.box.height(), images.box.width(), 3});
    std::copy(images.picture.begin(), images.picture.end(),
              picture.mutable_data());
    return picture;
  }

  Floats Strokes() const {
    const auto& layers = photo_.layers();
    Floats strokes({static_cast<py::ssize_t>(layers.size()),
                    static_cast<py::ssize_t>(kCurve + 3)});
    float* out = strokes.mutable_data();
    for (const spiral::Layer& layer : layers) {
      const spiral::Curve& c = layer.curve;
      for (float value : {c.start_y, c.start_x, c.control_y, c.control_x,
                          c.end_y, c.end_x, c.radius, c.pressure,
                          layer.color[0], layer.color[1], layer.color[2]}) {
        *out++ = value;
      }
    }
    return strokes;
  }

 private:
  static spiral::Images ToImages(const Floats& target, const Floats& weights) {
    if (target.ndim() != 3 || target.shape(2) != 3 || target.size() == 0) {
      throw py::value_error("target must have the shape [H, W, 3].");
    }
    if (weights.ndim() != 2 || weights.shape(0) != target.shape(0) ||
        weights.shape(1) != target.shape(1)) {
      throw py::value_error("weights must have the shape [H, W].");
    }
    CheckRange("height", target.shape(0), 1, kMaxWidth);
    CheckRange("width", target.shape(1), 1, kMaxWidth);
    for (py::ssize_t i = 0; i < weights.size(); ++i) {
      CheckRange("weights", weights.data()[i], 0, kMaxWeight);
    }
    return {{0, 0, static_cast<int>(target.shape(0)),
             static_cast<int>(target.shape(1))},
            {target.data(), target.data() + target.size()},
            {weights.data(), weights.data() + weights.size()},
            {}};
  }

  spiral::Photo photo_;
};

}  // namespace

void DefinePhoto(py::module_& module) {
  py::class_<PyPhoto>(module, "Photo", R"(
A painting of a photograph, whose strokes are searched for.

Strokes lie on one another, each with a coverage of its own, as the brush engine
leaves it on an empty canvas, and with the colour that makes the weighted
squared error least. Curves are rows of 8 numbers: start, control point and end,
each (y, x) in pixels, radius in pixels, and pressure in [0, 1], the same all
along. Calls release the GIL and share their work among threads; Ctrl-C ends
them. Equal calls make equal strokes, on any number of threads. One thread at a
time may call.
)")
      .def(py::init<const Floats&, const Floats&, const std::string&, int,
                    std::array<float, 3>, float, float, float, int, uint64_t>(),
           py::kw_only(), py::arg("target"), py::arg("weights"),
           py::arg("brush"), py::arg("substrokes"), py::arg("paper"),
           py::arg("min_radius"), py::arg("max_radius"),
           py::arg("min_pressure"), py::arg("threads"), py::arg("seed"), R"(
Begins with bare paper.

Args:
  target: float32 [H, W, 3], the photograph, each value in [0, 1].
  weights: float32 [H, W], at least 0: how much the error of each pixel counts.
  brush: text of a .myb file, from `brushes.load`.
  substrokes: straight pieces a curve, 1 to 10000.
  paper: its colour, each value in [0, 1].
  min_radius: of strokes, pixels.
  max_radius: of strokes, pixels.
  min_pressure: of strokes; 1 if pressure is not to be varied.
  threads: that share the work.
  seed: of all that is random.

Raises:
  ValueError: an argument is out of range, or libmypaint refuses the brush.
)")
      .def("lay", &PyPhoto::Lay, py::arg("strokes"),
           "Lays strokes on top: float32 [N, 11], curves and colours.")
      .def("add", &PyPhoto::Add, py::arg("candidates"), py::arg("tries"),
           py::arg("most"), py::arg("least"), R"(
Lays those of some candidates on top that make the error least.

Args:
  candidates: float32 [N, 8], curves.
  tries: variations of each, of which those stay that are better.
  most: strokes to lay, at most, none of which meet.
  least: those that bring less than this share of what the best brings, before
    they are varied, are left out.

Returns:
  How many there were.
)")
      .def("refine", &PyPhoto::Refine, py::arg("tries"),
           "Varies each stroke where it lies; better variations stay.")
      .def("drop", &PyPhoto::Drop, py::arg("number"),
           "Takes as many strokes away, those that are worth least.")
      .def("error", &PyPhoto::Error, "Weighted squared error, summed.")
      .def("__len__", &PyPhoto::size, "How many strokes there are.")
      .def("masks", &PyPhoto::Masks, py::arg("curves"), py::arg("width"),
           "What curves cover of a square, float32 [N, width, width].")
      .def("picture", &PyPhoto::Picture, "How it looks, float32 [H, W, 3].")
      .def("strokes", &PyPhoto::Strokes,
           "The strokes, lowest first: float32 [N, 11], curves and colours.");
}
