// Climbing as a function of the Python module: arguments are checked here.

#include <pybind11/numpy.h>
#include <pybind11/pybind11.h>
#include <pybind11/stl.h>

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "action_arguments.h"
#include "climb.h"

namespace py = pybind11;

namespace {

using namespace spiral::arguments;

constexpr double kMaxTries = 1e12;

py::tuple Climb(int width, int channels, const std::string& brush,
                const std::string& background, int grid_width,
                std::vector<double> sizes, std::vector<double> pressures,
                std::vector<double> colors, bool pen_down, int substrokes,
                const Programs& programs, const Pictures& targets,
                int64_t tries, double stroke_cost,
                const std::vector<uint64_t>& seeds, int threads,
                int64_t mask_bytes) {
  spiral::ActionSpace space =
      ToSpace(width, grid_width, std::move(sizes), std::move(pressures),
              std::move(colors), pen_down, substrokes);
  CheckChannels(channels);
  CheckRange("tries", tries, 0, kMaxTries);
  CheckRange("stroke_cost", stroke_cost, 0, 1);
  CheckRange("threads", threads, 1, kMaxThreads);
  CheckRange("mask_bytes", mask_bytes, 0, kMaxTries);
  Check(programs.ndim() == 4 && programs.shape(1) >= 1 &&
            programs.shape(2) >= 1 &&
            programs.shape(3) == spiral::kComponents,
        "programs must have the shape [N, S, T, 8], with S and T at least 1.");
  const auto number = programs.shape(0);
  Check(targets.ndim() == 4 && targets.shape(0) == number &&
            targets.shape(1) == width && targets.shape(2) == width &&
            targets.shape(3) == channels,
        "targets must have the shape [N, width, width, channels].");
  Check(static_cast<py::ssize_t>(seeds.size()) == number,
        "seeds must have N numbers.");

  const spiral::Setting setting{width, channels, brush, ToPaper(background),
                                std::move(space), stroke_cost,
                                static_cast<size_t>(mask_bytes)};
  std::vector<spiral::Task> tasks(number);
  const int32_t* row = programs.data();
  for (py::ssize_t n = 0; n < number; ++n) {
    tasks[n].target = targets.data(n);
    tasks[n].seed = seeds[n];
    tasks[n].starts.resize(programs.shape(1));
    for (auto& start : tasks[n].starts) {
      start = ToProgram(row, programs.shape(2), setting.space);
      row += programs.shape(2) * spiral::kComponents;
    }
  }
  threads = std::min<int>(threads, std::max<py::ssize_t>(number, 1));
  {
    spiral::Climb climb(setting, tries, threads, &tasks);
    for (bool done = false; !done;) {
      {
        py::gil_scoped_release release;
        done = climb.Wait();
      }
      if (PyErr_CheckSignals() != 0) throw py::error_already_set();
    }
  }

  py::array_t<int32_t> best({number, programs.shape(2), programs.shape(3)});
  py::array_t<int64_t> errors(number);
  int32_t* out = best.mutable_data();
  for (py::ssize_t n = 0; n < number; ++n) {
    errors.mutable_at(n) = tasks[n].error;
    out = WriteProgram(tasks[n].program, out);
  }
  return py::make_tuple(best, errors);
}

}  // namespace

void DefineClimb(py::module_& module) {
  module.def("climb", &Climb, py::kw_only(), py::arg("width"),
             py::arg("channels"), py::arg("brush"), py::arg("background"),
             py::arg("grid_width"), py::arg("sizes"), py::arg("pressures"),
             py::arg("colors"), py::arg("pen_down"), py::arg("substrokes"),
             py::arg("programs"), py::arg("targets").noconvert(),
             py::arg("tries"), py::arg("stroke_cost"), py::arg("seeds"),
             py::arg("threads"), py::arg("mask_bytes") = 64 << 20, R"(
Varies programs of actions, and keeps those that are nearest to targets.

Each try varies one action or two, and finds out how far the picture is then
from the target. A variation that is not farther is gone on from, and at first
one that is a little farther. What is returned was drawn. Releases the GIL;
Ctrl-C ends it.

Args:
  width: pixels a side.
  channels: of the pictures, see `Canvas.to_array`.
  brush: see `Canvas`.
  background: see `Canvas`.
  grid_width: cells a row, and a column.
  sizes: what `size` means, radii in pixels.
  pressures: what `pressure` means, each in [0, 1].
  colors: what the levels of a colour mean, each in [0, 1]; empty for black.
  pen_down: whether the first action moves, and all others draw.
  substrokes: straight pieces a curve.
  programs: int32 [N, S, T, 8], for each picture S programs to begin with, of T
    actions each: flag, end, control, size, pressure, red, green, blue, as in
    the environment `Painting`; 0 where that has no such component.
  targets: uint8 [N, width, width, channels].
  tries: variations of each picture's programs, all together.
  stroke_cost: the share of the blank canvas's error that a stroke must be worth,
    in [0, 1].
  seeds: N numbers; equal ones make equal programs, on any number of threads.
  threads: that share the pictures.
  mask_bytes: that each of them remembers of what strokes cover; it begins anew
    when that is full.

Returns:
  The best programs, int32 [N, T, 8], and their errors, int64 [N]: the squared
  differences of all bytes, summed, without the cost of strokes.

Raises:
  ValueError: an argument is not as above, or libmypaint refuses the brush.
)");
}
