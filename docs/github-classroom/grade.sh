#!/bin/sh
# The workflow runs this in a container, as root: it grades the repository's lessons with the
# instructor's kit. The repository's own tests and tools take no part.
set -eu
address='@ADDRESS@'
commit='@COMMIT@'
lessons='@LESSONS@'
work=$RUNNER_TEMP/dropout-lab
lab=$work/kit/lab

if ! command -v git >/dev/null; then
    apt-get update -q
    apt-get install -y -q --no-install-recommends git ca-certificates
fi
rm -rf "$work"
git init -q "$work/kit"
git -C "$work/kit" fetch -q --depth 1 "$address" "$commit"
git -C "$work/kit" checkout -q FETCH_HEAD

# ./lab grade takes a folder with one entry for each student.
mkdir "$work/submissions"
cp -R -P -p "$GITHUB_WORKSPACE" "$work/submissions/submission"

# A push tells the time in seconds since 1970, other events as text.
case $PUSHED_AT in
"") echo "GitHub does not say when this was pushed"; exit 2 ;;
*[!0-9]*) submitted=$PUSHED_AT ;;
*) submitted=$(date -u -d "@$PUSHED_AT" +%Y-%m-%dT%H:%M:%SZ) ;;
esac
printf 'student,submitted\nsubmission,%s\n' "$submitted" >"$work/times.csv"

set -- "$work/submissions" --out "$work/grades" --times "$work/times.csv"
# shellcheck disable=SC2086 # names without spaces
if [ -n "$lessons" ]; then set -- "$@" --lessons $lessons; fi
"$lab" --yes grade "$@"

# The result for a service, as base64 of JSON; the feedback for the student.
"$lab" export "$work/grades" --format github --student submission \
    --out "$work/result.json"
echo "result=$(base64 -w 0 "$work/result.json")" >>"$GITHUB_OUTPUT"
"$lab" report "$work/grades" --out "$work/report"
cat "$work/report/feedback/0001.md" >>"$GITHUB_STEP_SUMMARY"

# The commit's mark: a tick only when everything passed.
if ! grep -q '^  "status": "pass"' "$work/result.json"; then  # two spaces: of all, not of one test
    echo "Not everything passed; the summary of this run says more."
    exit 1
fi
