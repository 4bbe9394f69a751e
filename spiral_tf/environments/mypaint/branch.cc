// Branching drawings as classes of the Python module: arguments are checked
// here.

#include <pybind11/numpy.h>
#include <pybind11/pybind11.h>
#include <pybind11/stl.h>

#include <algorithm>
#include <cstdint>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "arguments.h"
#include "branch.h"

namespace py = pybind11;

namespace {

using namespace spiral::arguments;
using Marks = py::array_t<double, py::array::c_style | py::array::forcecast>;
using Pictures = py::array_t<uint8_t, py::array::c_style>;
// Branches are shared with Python, and never change.
using BranchPtr = std::shared_ptr<spiral::Branch>;

constexpr int kMarkValues = 10;

void Check(bool fits, const char* rule) {
  if (!fits) throw py::value_error(rule);
}

spiral::Mark ToMark(const double* row) {
  const spiral::Mark mark{row[0] != 0, row[1], row[2], row[3], row[4],
                          row[5],      row[6], {row[7], row[8], row[9]}};
  CheckPoint("end_y", mark.end_y, "end_x", mark.end_x);
  CheckPoint("control_y", mark.control_y, "control_x", mark.control_x);
  CheckRange("pressure", mark.pressure, 0, 1);
  CheckRange("radius", mark.radius, kMinRadius, kMaxRadius);
  for (double color : mark.color) CheckRange("colour", color, 0, 1);
  return mark;
}

class PyBranchPainter {
 public:
  PyBranchPainter(int width, int channels, const std::string& brush,
                  const std::string& background, int substrokes)
      : painter_(CheckedWidth(width), CheckedChannels(channels), brush,
                 ToPaper(background), CheckedSubstrokes(substrokes)) {}

  BranchPtr Root(double y, double x) {
    CheckPoint("y", y, "x", x);
    py::gil_scoped_release release;
    std::lock_guard<std::mutex> lock(mutex_);
    return std::make_shared<spiral::Branch>(painter_.Root(y, x));
  }

  py::tuple Extend(const std::vector<BranchPtr>& parents, const Marks& marks,
                   const Pictures& targets, const std::vector<int>& of) {
    const size_t number = parents.size();
    Check(marks.ndim() == 2 && marks.shape(0) == static_cast<long>(number) &&
              marks.shape(1) == kMarkValues,
          "marks must have the shape [M, 10], a row for each of M parents.");
    CheckPictures(targets);
    Check(of.size() == number, "of must have a number for each parent.");
    std::vector<spiral::Mark> checked;
    for (size_t m = 0; m < number; ++m) {
      CheckParent(parents[m]);
      CheckRange("of", of[m], 0, targets.shape(0) - 1.0);
      checked.push_back(ToMark(marks.data(m, 0)));
    }
    const uint8_t* pictures = targets.data();
    std::vector<BranchPtr> branches(number);
    py::array_t<int64_t> errors(number);
    int64_t* error = errors.mutable_data();
    {
      py::gil_scoped_release release;
      std::lock_guard<std::mutex> lock(mutex_);
      for (size_t m = 0; m < number; ++m) {
        branches[m] = std::make_shared<spiral::Branch>(
            painter_.Extend(*parents[m], checked[m]));
        const size_t bytes = branches[m]->bytes.size();
        error[m] = painter_.Error(*branches[m], pictures + of[m] * bytes);
      }
    }
    return py::make_tuple(branches, errors);
  }

  py::array_t<uint8_t> Look(const std::vector<BranchPtr>& branches) {
    const auto width = painter_.width();
    py::array_t<uint8_t> array(
        {static_cast<int>(branches.size()), width, width, painter_.channels()});
    uint8_t* out = array.mutable_data();
    for (const BranchPtr& branch : branches) {
      CheckParent(branch);
      out = std::copy(branch->bytes.begin(), branch->bytes.end(), out);
    }
    return array;
  }

 private:
  static int CheckedWidth(int width) {
    CheckRange("width", width, 1, kMaxWidth);
    return width;
  }

  static int CheckedChannels(int channels) {
    CheckChannels(channels);
    return channels;
  }

  static int CheckedSubstrokes(int substrokes) {
    CheckRange("substrokes", substrokes, 1, kMaxSubstrokes);
    return substrokes;
  }

  void CheckPictures(const Pictures& targets) const {
    Check(targets.ndim() == 4 && targets.shape(1) == painter_.width() &&
              targets.shape(2) == painter_.width() &&
              targets.shape(3) == painter_.channels(),
          "targets must have the shape [N, width, width, channels].");
  }

  void CheckParent(const BranchPtr& branch) const {
    Check(branch != nullptr, "a branch is None.");
    const size_t size = static_cast<size_t>(painter_.width()) *
                        painter_.width() * painter_.channels();
    Check(branch->snapshot.width == painter_.width() &&
              branch->bytes.size() == size,
          "a branch is of another painter, of another width or with other "
          "channels.");
  }

  std::mutex mutex_;
  spiral::BranchPainter painter_;
};

}  // namespace

void DefineBranch(py::module_& module) {
  py::class_<spiral::Branch, BranchPtr>(
      module, "Branch", "What is drawn so far; see BranchPainter.")
      .def("__len__",
           [](const spiral::Branch& branch) { return branch.marks.size(); });
  py::class_<PyBranchPainter>(module, "BranchPainter", R"(
Draws on from where drawings stopped, as often as need be.

A branch is a drawing that does not change. What a branch looks like depends on
its marks only, to the last byte, whatever the brush. Calls release the GIL;
calls from several threads wait for each other.
)")
      .def(py::init<int, int, const std::string&, const std::string&, int>(),
           py::kw_only(), py::arg("width"), py::arg("channels"),
           py::arg("brush"), py::arg("background"), py::arg("substrokes"), R"(
Creates a painter.

Args:
  width: pixels a side.
  channels: of the pictures, see `Canvas.to_array`.
  brush: see `Canvas`.
  background: see `Canvas`.
  substrokes: straight pieces a curve.

Raises:
  ValueError: an argument is out of range, or libmypaint refuses the brush.
)")
      .def("root", &PyBranchPainter::Root, py::arg("y"), py::arg("x"),
           "Returns an empty drawing, with the brush at (y, x), in pixels.")
      .def("extend", &PyBranchPainter::Extend, py::arg("parents"),
           py::arg("marks"), py::arg("targets").noconvert(), py::arg("of"),
           R"(
Draws a mark more on each of some branches, and compares with targets.

Args:
  parents: M branches, as often as need be the same.
  marks: float64 [M, 10]: 1 to draw or 0 to move, then row and column of the
    end, row and column of the control point, pressure, radius, red, green,
    blue; as in `Canvas.stroke`.
  targets: uint8 [N, width, width, channels].
  of: M numbers, which of the targets each is compared with.

Returns:
  M branches, and their errors, int64 [M]: the squared differences of all bytes,
  summed.

Raises:
  ValueError: an argument is not as above.
)")
      .def("pictures", &PyBranchPainter::Look, py::arg("branches"),
           "Returns what M branches look like, uint8 [M, width, width, "
           "channels].");
}
