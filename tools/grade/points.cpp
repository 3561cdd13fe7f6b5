#include "points.h"

#include <fmt/chrono.h>
#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <ctime>

namespace lab::grade {
Score score(const LessonRow& row, const tool::Course& course) {
    Score result;
    result.earned = result.points = row.points;
    result.max_points = row.max_points;
    result.graded = row.verdict != "grader_error";
    const tool::Lesson* lesson = course.named(row.lesson);
    if (!lesson || !lesson->due || !row.submitted || *row.submitted <= *lesson->due) return result;
    constexpr std::int64_t day = 86'400;
    result.days_late = static_cast<int>((*row.submitted - *lesson->due + day - 1) / day);
    result.points *= std::max(0.0, 1 - lesson->late_penalty * result.days_late);
    return result;
}

Score total(const std::vector<LessonRow>& rows, const tool::Course& course) {
    Score sum;
    for (const LessonRow& row : rows) {
        const Score one = score(row, course);
        sum.points += one.points;
        sum.earned += one.earned;
        sum.max_points += one.max_points;
        sum.days_late = std::max(sum.days_late, one.days_late);
        sum.graded = sum.graded && one.graded;
    }
    return sum;
}

tool::Visibility visibility(const tool::Course& course, const std::string& lesson,
                            const std::string& test) {
    if (const tool::Lesson* found = course.named(lesson)) {
        for (const tool::TestEntry& entry : found->tests) {
            if (entry.name == test) return entry.visibility;
        }
    }
    return tool::Visibility::visible;
}

std::string points_text(double points) {
    std::string text = fmt::format("{:.2f}", std::round(points * 100) / 100 + 0.0);
    text.erase(text.find_last_not_of('0') + 1);
    if (text.back() == '.') text.pop_back();
    return text;
}

std::string utc_text(std::int64_t seconds_since_1970) {
    // An archive may claim any time; four digits of a year are enough for those that are true.
    constexpr std::int64_t last_of_9999 = 253'402'300'799;
    seconds_since_1970 = std::clamp<std::int64_t>(seconds_since_1970, 0, last_of_9999);
    return fmt::format("{:%Y-%m-%dT%H:%M:%SZ}",
                       fmt::gmtime(static_cast<std::time_t>(seconds_since_1970)));
}

}  // namespace lab::grade
