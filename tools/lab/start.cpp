// ./lab start: shows where the student is, then grades on every save.
#include <fmt/format.h>
#include <poll.h>
#include <sys/inotify.h>
#include <termios.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstring>
#include <optional>

#include "commands.h"
#include "error.h"
#include "process.h"
#include "progress.h"
#include "report.h"
#include "student_file.h"

namespace lab::tool {
namespace fs = std::filesystem;
namespace {

/// Keys arrive one by one and unseen while this lives.
class KeyboardMode {
public:
    KeyboardMode() {
        tcgetattr(STDIN_FILENO, &before_);
        termios raw = before_;
        raw.c_lflag &= ~static_cast<tcflag_t>(ICANON | ECHO);
        tcsetattr(STDIN_FILENO, TCSANOW, &raw);
    }
    ~KeyboardMode() { tcsetattr(STDIN_FILENO, TCSANOW, &before_); }
    KeyboardMode(const KeyboardMode&) = delete;
    KeyboardMode& operator=(const KeyboardMode&) = delete;

private:
    termios before_{};
};

/// Tells when a file is saved, in whichever way an editor does that: in place, or by a new file
/// that takes the old one's name.
class SaveWatch {
public:
    SaveWatch() : queue_(inotify_init1(IN_NONBLOCK | IN_CLOEXEC)) {
        if (queue_ < 0) {
            throw KitError(fmt::format("cannot watch files: {}", std::strerror(errno)));
        }
    }
    ~SaveWatch() { close(queue_); }
    SaveWatch(const SaveWatch&) = delete;
    SaveWatch& operator=(const SaveWatch&) = delete;

    void follow(const fs::path& file) {
        if (watch_ >= 0) inotify_rm_watch(queue_, watch_);
        file_ = file;
        watch_ = inotify_add_watch(queue_, file.parent_path().c_str(),
                                   IN_CLOSE_WRITE | IN_MOVED_TO | IN_DELETE | IN_MOVED_FROM);
        if (watch_ < 0) {
            throw KitError(fmt::format("cannot watch {}: {}", file.parent_path().string(),
                                       std::strerror(errno)));
        }
    }

    int descriptor() const { return queue_; }

    /// Reads what has happened since; true when the file was among it.
    bool saved() {
        alignas(inotify_event) std::array<char, 4096> buffer{};
        bool found = false;
        ssize_t count = 0;
        while ((count = read(queue_, buffer.data(), buffer.size())) > 0) {
            for (ssize_t at = 0; at < count;) {
                const auto* event = reinterpret_cast<const inotify_event*>(buffer.data() + at);
                if (event->wd == watch_ && event->len > 0 && file_.filename() == event->name) {
                    found = true;
                }
                at += static_cast<ssize_t>(sizeof(inotify_event) + event->len);
            }
        }
        return found;
    }

private:
    int queue_;
    int watch_ = -1;
    fs::path file_;
};

std::string where_you_are(const Course& course, const Progress& progress, const Lesson& lesson,
                          const fs::path& source, Colour colour) {
    std::string text =
        bold("Dropout Lab", colour) + "   " +
        progress_bar(progress.passed(), course.lessons.size(), "lessons done", colour) + "\n\n";
    text += fmt::format("You are at lesson {}: {}.\n", lesson.number, bold(lesson.title, colour));
    text += fmt::format("  read   lessons/{}/README.md\n", lesson.name);
    text += fmt::format("  edit   {}\n", bold(shown_path(course, source), colour));
    text += fmt::format("  help   ./lab hint {}\n", lesson.number);
    return text;
}

class Session {
public:
    Session(const Course& course, const Lesson& lesson, const std::string& source)
        : course_(course),
          progress_(course),
          checker_(course),
          lesson_(&lesson),
          other_source_(source.empty() ? fs::path{} : fs::absolute(source)) {
        watch_.follow(this->source());
    }

    int run() {
        const KeyboardMode keyboard;
        grade();
        while (!interrupted()) {
            std::array<pollfd, 2> ready{
                {{STDIN_FILENO, POLLIN, 0}, {watch_.descriptor(), POLLIN, 0}}};
            if (poll(ready.data(), ready.size(), -1) < 0) continue;  // a signal
            if (ready[1].revents != 0 && watch_.saved()) {
                // An editor that saves in several steps: wait until it is quiet.
                pollfd more{watch_.descriptor(), POLLIN, 0};
                while (poll(&more, 1, quiet_milliseconds) == 1) watch_.saved();
                grade();
            }
            if (ready[0].revents != 0) {
                char key = 0;
                if (read(STDIN_FILENO, &key, 1) != 1 || !handle(key)) break;
            }
        }
        fmt::print("\nBye. ./lab goes on where you are.\n");
        return 0;
    }

private:
    static constexpr int quiet_milliseconds = 5;

    fs::path source() const { return other_source_.empty() ? lesson_->source : other_source_; }

    void show(const std::string& text) {
        // Clears the screen, so that the result of this save is all there is to read.
        if (colour_ == Colour::ansi) fmt::print("\033[H\033[2J\033[3J");
        fmt::print("{}\n{}\n", text, keys());
        std::fflush(stdout);
    }

    std::string keys() const {
        const auto key = [&](const char* letter, const char* rest) {
            return bold(fmt::format("[{}]", letter), colour_) + rest;
        };
        return key("h", "int  ") + key("n", "ext  ") + key("l", "ist  ") + key("r", "eset  ") +
               key("d", "emo  ") + key("p", "icture  ") + key("q", "uit      ") +
               dim("or save the file to grade it again", colour_);
    }

    void grade() {
        fmt::print("{}", dim("… compiling and grading\r", colour_));
        std::fflush(stdout);
        if (other_source_.empty()) keep_graded(course_, *lesson_);
        result_ = checker_.check(*lesson_, source());
        if (other_source_.empty()) {
            progress_.note(*lesson_, result_);
            progress_.save();
        }
        std::string text = where_you_are(course_, progress_, *lesson_, source(), colour_) + "\n" +
                           describe(result_, *lesson_, colour_, false);
        if (comparable()) text += "Press p for a picture of it: yours beside what is right.\n";
        if (result_.passed() && &progress_.after(*lesson_) != lesson_) {
            text += "Press n for the next lesson.\n";
        }
        show(text);
    }

    /// False when the student quits.
    bool handle(char key) {
        switch (key) {
            case 'q':
            case 4:
                return false;  // Ctrl-D
            case 'h':
                fmt::print("\n");
                progress_.save();
                hint(course_, lesson_->number, "");
                progress_ = Progress(course_);
                break;
            case 'n':
                next();
                break;
            case 'l':
                fmt::print("\n");
                list(course_);
                break;
            case 'r':
                ask_to_reset();
                break;
            case 'd':
                show_demo();
                break;
            case 'p':
                show_picture();
                break;
            case '\n':
                grade();
                break;
            default:
                fmt::print("\n{}\n", keys());
                break;
        }
        std::fflush(stdout);
        return true;
    }

    void next() {
        const Lesson& following = progress_.after(*lesson_);
        if (&following == lesson_) {
            fmt::print("\nThis is the last lesson.\n");
            return;
        }
        lesson_ = &following;
        other_source_.clear();
        progress_.move_to(following);
        progress_.save();
        watch_.follow(source());
        grade();
    }

    /// The failure that is shown, where there is a picture of it.
    const TestResult* comparable() const {
        const TestResult* failure = result_.first_failure();
        return failure && failure->comparison ? failure : nullptr;
    }

    /// Runs what may fail without ending the session.
    template <typename Do>
    void attempt(Do&& action) {
        fmt::print("\n");
        std::fflush(stdout);
        try {
            action();
        } catch (const KitError& error) { fmt::print("{}\n", error.what()); }
    }

    void show_demo() {
        attempt([&] {
            DemoOptions options;
            options.lesson = lesson_->number;
            options.mine = result_.passed() && other_source_.empty();
            fmt::print("With {}:\n", options.mine ? "your own code" : "the reference solution");
            demo(course_, options);
        });
    }

    void show_picture() {
        attempt([&] {
            if (const TestResult* failure = comparable()) {
                show_beside(course_, *lesson_, *failure);
            } else {
                fmt::print("There is no picture of this result. d shows the lesson's demo.\n");
            }
        });
    }

    void ask_to_reset() {
        fmt::print("\nReplace {} by its stub? Your file is kept under .lab/kept/. [y/N] ",
                   lesson_->shown_source());
        std::fflush(stdout);
        char answer = 0;
        if (read(STDIN_FILENO, &answer, 1) != 1 || (answer != 'y' && answer != 'Y')) {
            fmt::print("\nNothing was changed.\n");
            return;
        }
        fmt::print("\n");
        reset(course_, lesson_->number, true);
        // The new file is a save like any other: the watch sees it.
    }

    const Course& course_;
    Progress progress_;
    Checker checker_;
    SaveWatch watch_;
    const Lesson* lesson_;
    fs::path other_source_;
    LessonResult result_;  ///< of the last check
    Colour colour_ = colour_of_standard_output();
};

}  // namespace

int start(const Course& course, const std::string& word, const std::string& source) {
    Progress progress(course);
    const Lesson& lesson = word.empty() ? progress.current() : course.find(word);
    if (!source.empty() && !fs::exists(source)) {
        throw KitError(fmt::format("--source: there is no file {}", source));
    }
    if (!word.empty() && source.empty()) {
        progress.move_to(lesson);
        progress.save();
    }
    if (!isatty(STDIN_FILENO) || !isatty(STDOUT_FILENO)) {
        const fs::path path = source.empty() ? lesson.source : fs::path(source);
        fmt::print("{}\n./lab check {} grades it. At a terminal, ./lab grades on every save.\n",
                   where_you_are(course, progress, lesson, path, Colour::none), lesson.number);
        return 0;
    }
    return Session(course, lesson, source).run();
}

}  // namespace lab::tool
