#include "candidates.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <array>
#include <string_view>
#include <tuple>
#include <utility>

#include "student_file.h"

namespace lab::grade {
namespace fs = std::filesystem;
namespace {

constexpr std::size_t lines_kept = 20;
constexpr std::size_t candidates_kept = 6;

/// What file systems allow; a longer one is no name of a lesson's file.
constexpr std::size_t longest_name = 255;

constexpr std::string_view digits = "0123456789";

/// "Copy of " as Google Drive has it, or Canvas's "leeanna_4711_180815_"; or nothing.
bool is_added_in_front(std::string_view text) {
    if (text.empty() || text == "copy of ") return true;
    for (int number = 0; number < 2; ++number) {
        if (!text.ends_with('_')) return false;
        text.remove_suffix(1);
        const std::size_t length = text.size();
        text = text.substr(0, text.find_last_not_of(digits) + 1);
        if (text.size() == length) return false;
    }
    return text.ends_with('_');
}

/// " (1)", "-2", "_3" or " - Copy", as browsers, LMSs and file managers have it, also repeated; or
/// nothing.
bool is_added_behind(std::string_view text) {
    while (!text.empty()) {
        const std::size_t separators = std::min(text.find_first_not_of(" -_"), text.size());
        text.remove_prefix(separators);
        if (text.starts_with("copy")) {
            text.remove_prefix(4);
            continue;
        }
        const bool bracket = text.starts_with('(');
        text.remove_prefix(bracket ? 1 : 0);
        const std::size_t length = std::min(text.find_first_not_of(digits), text.size());
        if (length == 0 || (!bracket && separators == 0)) return false;
        text.remove_prefix(length);
        if (bracket && !text.starts_with(')')) return false;
        text.remove_prefix(bracket ? 1 : 0);
    }
    return true;
}

/// Whether an LMS, a browser or a file manager makes the one name of the other.
bool is_changed_name(const std::string& name, const std::string& original) {
    if (name.size() > longest_name) return false;
    const std::string lower = lower_case(name);
    std::string_view text = lower;
    if (text.ends_with(".cpp.txt")) text.remove_suffix(4);
    if (!text.ends_with(".cpp")) return false;
    text.remove_suffix(4);
    const std::string stem = lower_case(fs::path(original).stem().string());
    const std::size_t at = text.rfind(stem);
    return at != std::string_view::npos && is_added_in_front(text.substr(0, at)) &&
           is_added_behind(text.substr(at + stem.size()));
}

}  // namespace

std::string shown_place(const Place& place) {
    return shown_name(fmt::format("{}", fmt::join(place, "/")));
}

std::string lower_case(std::string text) {
    for (char& c : text) {
        if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
    }
    return text;
}

bool is_skipped_folder(const std::string& name) {
    static constexpr std::array<std::string_view, 7> skipped{
        "build", ".git", ".lab", "solutions", "tests", "node_modules", "__MACOSX"};
    return std::find(skipped.begin(), skipped.end(), name) != skipped.end();
}

void Lines::add(std::string line) {
    if (std::find(kept_.begin(), kept_.end(), line) != kept_.end()) return;
    if (kept_.size() < lines_kept) {
        kept_.push_back(std::move(line));
    } else {
        ++more_;
    }
}

void Lines::move_to(std::vector<std::string>& notes) {
    std::move(kept_.begin(), kept_.end(), std::back_inserter(notes));
    if (more_ > 0) notes.push_back(fmt::format("and {} more", more_));
}

Candidates::Candidates(const tool::Course& course)
    : course_(course), lessons_(course.lessons.size()), more_(course.lessons.size()) {
    std::error_code none;
    for (const auto& entry : fs::directory_iterator(course.root, none)) {
        kit_names_.push_back(entry.path().filename().string());
    }
}

std::optional<Candidates::Lesson> Candidates::lesson_of(const Place& place) const {
    const std::string& name = place.back();
    if (name.starts_with("._")) return std::nullopt;  // macOS keeps a file's attributes there
    for (const bool exact : {true, false}) {
        std::vector<std::size_t> by_name;
        for (std::size_t i = 0; i < course_.lessons.size(); ++i) {
            const std::string file = course_.lessons[i].source.filename().string();
            if (exact ? name == file : is_changed_name(name, file)) by_name.push_back(i);
        }
        for (const std::size_t i : by_name) {
            const bool in_folder =
                place.size() > 1 && *(place.end() - 2) == course_.lessons[i].name;
            if (in_folder || by_name.size() == 1) return Lesson{i, exact};
        }
    }
    return std::nullopt;
}

bool Candidates::better(const Candidate& one, const Candidate& other) {
    const auto rank = [](const Candidate& higher, const Candidate& lower) {
        return std::tie(higher.written, higher.exact, higher.in_lesson_folder, higher.time,
                        lower.depth, lower.place, higher.number);
    };
    return rank(one, other) > rank(other, one);
}

std::string Candidates::reason_against(const Candidate& other, const Candidate& taken) {
    if (other.hash == taken.hash) return "which holds the same text";
    if (other.written != taken.written) return "in which nothing is written yet";
    if (other.exact != taken.exact) return "whose name is changed";
    if (other.in_lesson_folder != taken.in_lesson_folder) {
        return "which is not in the lesson's folder";
    }
    if (other.time != taken.time) return "which is older";
    if (other.depth != taken.depth) return "which lies deeper";
    if (other.place != taken.place) return "whose place comes later in the alphabet";
    return "which comes before it in the archive";
}

void Candidates::offer(const Lesson& lesson, const Place& place, std::string content,
                       std::int64_t time) {
    const tool::Lesson& asked = course_.lessons[lesson.index];
    Candidate candidate;
    candidate.place = shown_place(place);
    candidate.hash = sha256(content);
    candidate.time = time;
    candidate.written =
        content.find_first_not_of(" \t\r\n") != std::string::npos && !tool::is_stub(content, asked);
    candidate.exact = lesson.exact;
    candidate.in_lesson_folder = place.size() > 1 && *(place.end() - 2) == asked.name;
    candidate.depth = place.size();
    candidate.number = offered_++;
    candidate.content = std::move(content);

    std::vector<Candidate>& found = lessons_[lesson.index];
    const auto at = std::upper_bound(found.begin(), found.end(), candidate, better);
    found.insert(at, std::move(candidate));
    if (found.size() > candidates_kept) {
        found.pop_back();
        ++more_[lesson.index];
    }
}

bool Candidates::kit_has(const Place& file) const {
    const auto top =
        std::find_first_of(file.begin(), file.end(), kit_names_.begin(), kit_names_.end());
    if (top == file.end()) return false;
    fs::path path = course_.root;
    for (auto name = top; name != file.end(); ++name) path /= *name;
    std::error_code none;
    return fs::is_regular_file(fs::symlink_status(path, none));
}

void Candidates::ignore(const Place& file) {
    std::string shown = shown_place(file);
    if (!kit_has(file)) {
        ignored_.add("ignored: " + std::move(shown));
        return;
    }
    if (kit_files_ == 0 || shown < kit_file_) kit_file_ = std::move(shown);
    ++kit_files_;
}

void Candidates::skip_folder(const Place& folder) {
    skipped_.add(fmt::format("ignored: {}/, since nothing is taken from a folder of this name",
                             shown_place(folder)));
}

void Candidates::refuse(const Place& place, const std::string& reason) {
    refused_.add(fmt::format("not taken: {}: {}", shown_place(place), reason));
}

void Candidates::note(std::string line) { notes_.push_back(std::move(line)); }

Submission Candidates::submission(const std::string& student) && {
    Submission submission{student, {}, {}, {}};
    std::vector<std::string>& notes = submission.notes;
    for (std::size_t i = 0; i < lessons_.size(); ++i) {
        std::vector<Candidate>& found = lessons_[i];
        if (found.empty()) continue;
        const std::string& lesson = course_.lessons[i].name;
        Candidate& taken = found.front();
        if (!taken.exact) {
            notes.push_back(fmt::format("{}: {} is taken for {}", lesson, taken.place,
                                        course_.lessons[i].source.filename().string()));
        }
        for (std::size_t other = 1; other < found.size(); ++other) {
            notes.push_back(fmt::format("{}: {} is taken, not {}, {}", lesson, taken.place,
                                        found[other].place, reason_against(found[other], taken)));
        }
        if (more_[i] > 0) notes.push_back(fmt::format("{}: nor {} others", lesson, more_[i]));
        submission.files.push_back(
            {lesson, std::move(taken.content), std::move(taken.place), taken.time});
    }
    std::move(notes_.begin(), notes_.end(), std::back_inserter(notes));
    refused_.move_to(notes);
    ignored_.move_to(notes);
    if (kit_files_ > 0) {
        notes.push_back(fmt::format("ignored: {} {} that the kit has too, such as {}", kit_files_,
                                    kit_files_ == 1 ? "file" : "files", kit_file_));
    }
    skipped_.move_to(notes);
    if (submission.files.empty() && notes.empty()) notes.push_back("nothing is in it");
    return submission;
}

}  // namespace lab::grade
