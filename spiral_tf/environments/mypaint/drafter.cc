// Drafts of programs as a class of the Python module: arguments are checked
// here.

#include "drafter.h"

#include <pybind11/numpy.h>
#include <pybind11/pybind11.h>
#include <pybind11/stl.h>

#include <cstdint>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "action_arguments.h"

namespace py = pybind11;

namespace {

using namespace spiral::arguments;

constexpr int kMaxVariations = 1 << 20;

std::unique_ptr<spiral::Drafter> Make(
    int width, int channels, const std::string& brush,
    const std::string& background, int grid_width, std::vector<double> sizes,
    std::vector<double> pressures, std::vector<double> colors, bool pen_down,
    int substrokes, int threads) {
  CheckChannels(channels);
  CheckRange("threads", threads, 1, kMaxThreads);
  spiral::ActionSpace space =
      ToSpace(width, grid_width, std::move(sizes), std::move(pressures),
              std::move(colors), pen_down, substrokes);
  return std::make_unique<spiral::Drafter>(width, channels, brush,
                                           ToPaper(background),
                                           std::move(space), threads);
}

void CheckPrograms(const Programs& programs) {
  Check(programs.ndim() == 3 && programs.shape(1) >= 1 &&
            programs.shape(2) == spiral::kComponents,
        "programs must have the shape [N, T, 8], with T at least 1.");
}

void CheckPictures(const char* name, const Pictures& pictures,
                   py::ssize_t number, const spiral::Drafter& drafter) {
  Check(pictures.ndim() == 4 && pictures.shape(0) == number &&
            pictures.shape(1) == drafter.width() &&
            pictures.shape(2) == drafter.width() &&
            pictures.shape(3) == drafter.channels(),
        std::string(name) + " must have the shape [N, width, width, channels].");
}

py::array_t<int32_t> Vary(const spiral::Drafter& drafter,
                          const Programs& programs, const Pictures& pictures,
                          const Pictures& targets, int number,
                          const std::vector<uint64_t>& seeds) {
  CheckPrograms(programs);
  const auto count = programs.shape(0), length = programs.shape(1);
  CheckPictures("pictures", pictures, count, drafter);
  CheckPictures("targets", targets, count, drafter);
  CheckRange("number", number, 1, kMaxVariations);
  Check(static_cast<py::ssize_t>(seeds.size()) == count,
        "seeds must have N numbers.");
  py::array_t<int32_t> varied({count, static_cast<py::ssize_t>(number), length,
                               programs.shape(2)});
  int32_t* out = varied.mutable_data();
  for (py::ssize_t n = 0; n < count; ++n) {
    const spiral::Program program =
        ToProgram(programs.data(n), length, drafter.space());
    for (const spiral::Program& one :
         drafter.Vary(program, pictures.data(n), targets.data(n), number,
                      seeds[n])) {
      out = WriteProgram(one, out);
    }
  }
  return varied;
}

py::array_t<uint8_t> Draw(spiral::Drafter& drafter, const Programs& programs) {
  CheckPrograms(programs);
  std::vector<spiral::Program> read;
  for (py::ssize_t n = 0; n < programs.shape(0); ++n) {
    read.push_back(
        ToProgram(programs.data(n), programs.shape(1), drafter.space()));
  }
  const py::ssize_t width = drafter.width(), channels = drafter.channels();
  py::array_t<uint8_t> pictures({programs.shape(0), width, width, channels});
  uint8_t* out = pictures.mutable_data();
  py::gil_scoped_release release;
  drafter.Draw(read, out);
  return pictures;
}

}  // namespace

void DefineDrafter(py::module_& module) {
  py::class_<spiral::Drafter>(module, "Drafter", R"(
Draws programs of actions, many at once, and varies them.

It is what `climb` does, without its judge: who calls says what is kept.
)")
      .def(py::init(&Make), py::kw_only(), py::arg("width"),
           py::arg("channels"), py::arg("brush"), py::arg("background"),
           py::arg("grid_width"), py::arg("sizes"), py::arg("pressures"),
           py::arg("colors"), py::arg("pen_down"), py::arg("substrokes"),
           py::arg("threads"), R"(
Makes a canvas for each thread.

Args:
  threads: that share the programs. All other arguments are those of `climb`.

Raises:
  ValueError: an argument is out of range, or libmypaint refuses the brush.
)")
      .def("draw", &Draw, py::arg("programs"), R"(
Draws programs, each on a blank canvas. Releases the GIL.

Args:
  programs: int32 [N, T, 8], see `climb`.

Returns:
  Their pictures, uint8 [N, width, width, channels].

Raises:
  ValueError: a program is not as above.
)")
      .def("vary", &Vary, py::arg("programs"), py::arg("pictures").noconvert(),
           py::arg("targets").noconvert(), py::arg("number"), py::arg("seeds"),
           R"(
Varies programs a little, as `climb` does; draws nothing.

Args:
  programs: int32 [N, T, 8], see `climb`.
  pictures: uint8 [N, width, width, channels], what they draw.
  targets: the same, what they should draw.
  number: K, variations of each.
  seeds: N numbers; equal ones make equal variations.

Returns:
  The variations, int32 [N, K, T, 8].

Raises:
  ValueError: an argument is not as above.
)");
}
