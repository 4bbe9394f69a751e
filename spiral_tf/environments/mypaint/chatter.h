// Keeps from people what libmypaint prints for its authors.
//
// "Time is running backwards!" comes once in thousands of strokes. It means that
// rounding made a step of its clock a little less than zero, which it then mends
// itself. Where strokes are tried by the million, it would fill the terminal.

#ifndef SPIRAL_TF_ENVIRONMENTS_MYPAINT_CHATTER_H_
#define SPIRAL_TF_ENVIRONMENTS_MYPAINT_CHATTER_H_

#include <cstdio>
#include <string>

#include <unistd.h>

namespace spiral {

// What is printed, without the lines that nobody needs.
class Printed {
 public:
  // Takes more of what is printed; returns what of it is to be seen now.
  std::string Take(const char* text, size_t size) {
    static const std::string kChatter = "Time is running backwards!\n";
    std::string seen;
    for (size_t i = 0; i < size; ++i) {
      line_ += text[i];
      if (line_ == kChatter) {
        line_.clear();
      } else if (text[i] == '\n' ||
                 kChatter.compare(0, line_.size(), line_) != 0) {
        seen += line_;
        line_.clear();
        begun_ = text[i] != '\n';
      }
      if (begun_ && !line_.empty()) {  // Not at the beginning of a line.
        seen += line_;
        begun_ = line_.back() != '\n';
        line_.clear();
      }
    }
    return seen;
  }

 private:
  std::string line_;  // What may yet become chatter.
  bool begun_ = false;
};

inline ssize_t WritePrinted(void* printed, const char* text, size_t size) {
  const std::string seen = static_cast<Printed*>(printed)->Take(text, size);
  for (size_t done = 0; done < seen.size();) {
    const ssize_t now =
        write(STDOUT_FILENO, seen.data() + done, seen.size() - done);
    if (now <= 0) return 0;  // As a file that cannot be written to.
    done += now;
  }
  return size;
}

// Filters what C code prints from now on. Python prints without it.
inline void SilenceChatter() {
  static Printed printed;
  std::fflush(stdout);
  FILE* filtered = fopencookie(&printed, "w", {nullptr, WritePrinted, nullptr,
                                               nullptr});
  if (filtered == nullptr) return;
  std::setvbuf(filtered, nullptr, _IOLBF, BUFSIZ);
  stdout = filtered;
}

}  // namespace spiral

#endif  // SPIRAL_TF_ENVIRONMENTS_MYPAINT_CHATTER_H_
