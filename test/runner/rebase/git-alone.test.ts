/** What git alone does in a rebase, in small histories with the outcome that each must have. */
import { expect, it } from "vitest";
import { rebased, type Story } from "./rebased.ts";

/** What comes of a story that needs no model. */
interface Case extends Story {
  /** Without: completed, by git. */
  end?: string;
  by?: string;
  commits?: string[];
  dropped?: string[];
  /** As far as named; null: not there. */
  files?: Record<string, string | null>;
}

const ONE = ["Bo: Branch 1"];
const lines = (change: Record<number, string> = {}, count = 10): string =>
  Array.from({ length: count }, (_, index) => `${change[index + 1] ?? index + 1}\n`).join("");
/** Shell text that writes the numbered lines with some of them changed. */
const put = (path: string, change: Record<number, string> = {}): string =>
  `put '${path}' '${lines(change).replaceAll("\n", "\\n")}'`;
const COMMIT = `git add --all; git commit --quiet -m`;
const SUBMODULE = (digit: string): string =>
  `mkdir -p sub; git update-index --add --cacheinfo 160000,${digit.repeat(40)},sub`;

const CASES: Record<string, Case> = {
  "other files": {
    branch: ["put a a"],
    base: ["put b b"],
    commits: ONE,
    files: { a: "a", b: "b" },
  },
  "other lines of one file": {
    start: put("a"),
    branch: [put("a", { 1: "one" })],
    base: [put("a", { 10: "ten" })],
    commits: ONE,
    files: { a: lines({ 1: "one", 10: "ten" }) },
  },
  "a base that has not moved": { branch: ["put a a"], base: [], by: "nothing" },
  "the same change, with more beside it on the base": {
    start: put("a"),
    branch: [put("a", { 5: "five" }), "put b b"],
    base: [`${put("a", { 5: "five" })}; put c c`],
    commits: ["Bo: Branch 2"],
    dropped: ["empty: Branch 1"],
    files: { a: lines({ 5: "five" }), b: "b", c: "c" },
  },
  "one of three landed as it is": {
    start: put("a"),
    branch: ["put x x", put("a", { 5: "five" }), "put y y"],
    base: ["put z z", put("a", { 5: "five" }), put("a", { 5: "cinq" })],
    commits: ["Bo: Branch 1", "Bo: Branch 3"],
    dropped: ["landed: Branch 2"],
    files: { a: lines({ 5: "cinq" }), x: "x", y: "y" },
  },
  "everything landed": {
    branch: ["put x x", "put y y"],
    base: ["put x x", "put y y"],
    end: "unchanged",
    dropped: ["landed: Branch 1", "landed: Branch 2"],
  },
  "a parent branch was squashed": {
    branch: [put("a"), put("a", { 1: "one" }), put("a", { 1: "one", 10: "ten" })],
    base: [put("a", { 1: "one" }), put("a", { 1: "un" })],
    commits: ["Bo: Branch 3"],
    dropped: ["squashed: Branch 1", "squashed: Branch 2"],
    files: { a: lines({ 1: "un", 10: "ten" }) },
  },
  "the branch itself was squashed": {
    branch: ["put x x", "put x y"],
    base: ["put x y", "put x z"],
    end: "unchanged",
    dropped: ["squashed: Branch 1", "squashed: Branch 2"],
  },
  "landed and taken back": {
    start: put("a"),
    branch: [put("a", { 5: "five" })],
    base: [put("a", { 5: "five" }), put("a")],
    commits: ONE,
    files: { a: lines({ 5: "five" }) },
  },
  "landed, taken back and brought in again": {
    start: put("a"),
    branch: [put("a", { 5: "five" }), "put b b"],
    base: [put("a", { 5: "five" }), put("a"), put("a", { 5: "five" })],
    commits: ["Bo: Branch 2"],
    dropped: ["landed: Branch 1"],
    files: { a: lines({ 5: "five" }) },
  },
  "a commit that changes nothing": {
    branch: ["git commit --quiet --allow-empty -m Nothing", "put a a"],
    base: ["put b b"],
    commits: ["Bo: Branch 2"],
    dropped: ["empty: Nothing"],
  },
  "a change and its taking back": {
    start: put("a"),
    branch: [put("a", { 5: "five" }), put("a")],
    base: ["put b b"],
    end: "unchanged",
  },
  "both added the same": {
    branch: ["put a a; put b b"],
    base: ["put a a; put c c"],
    commits: ONE,
    files: { a: "a", b: "b", c: "c" },
  },
  "both added the same, one of them executable": {
    branch: ["put a a; chmod +x a; put b b"],
    base: ["put a a; put c c"],
    commits: ONE,
    files: { a: "[x] a" },
  },
  "made executable here, edited there": {
    start: put("a"),
    branch: ["chmod +x a"],
    base: [put("a", { 5: "five" })],
    commits: ONE,
    files: { a: `[x] ${lines({ 5: "five" })}` },
  },
  "renamed by the base, edited by the branch": {
    start: put("a"),
    branch: [put("a", { 5: "five" })],
    base: ["mkdir d; git mv a d/b"],
    commits: ONE,
    files: { a: null, "d/b": lines({ 5: "five" }) },
  },
  "renamed by the branch, edited by the base": {
    start: put("a"),
    branch: ["git mv a b"],
    base: [put("a", { 5: "five" })],
    commits: ONE,
    files: { a: null, b: lines({ 5: "five" }) },
  },
  "renamed alike and edited on both sides": {
    start: put("a"),
    branch: [`git mv a b; ${put("b", { 1: "one" })}`],
    base: [`git mv a b; ${put("b", { 10: "ten" })}`],
    commits: ONE,
    files: { a: null, b: lines({ 1: "one", 10: "ten" }) },
  },
  "a new file in a folder that was renamed": {
    start: `${put("old/a")}; ${put("old/b", { 1: "b" })}`,
    branch: ["put old/c c"],
    base: ["git mv old new"],
    commits: ONE,
    files: { "old/c": null, "new/c": "c" },
  },
  "lines that end with CR and LF": {
    start: `put a '1\\r\\n2\\r\\n3\\r\\n4\\r\\n5\\r\\n'`,
    branch: [`put a 'one\\r\\n2\\r\\n3\\r\\n4\\r\\n5\\r\\n'`],
    base: [`put a '1\\r\\n2\\r\\n3\\r\\n4\\r\\nfive\\r\\n'`],
    commits: ONE,
    files: { a: "one\r\n2\r\n3\r\n4\r\nfive\r\n" },
  },
  "line ends by attribute": {
    start: `put .gitattributes '*.txt text eol=crlf\\n'; ${put("a.txt")}`,
    branch: [put("a.txt", { 1: "one" })],
    base: [put("a.txt", { 10: "ten" })],
    commits: ONE,
    files: { "a.txt": lines({ 1: "one", 10: "ten" }) },
  },
  "no line break at the end": {
    start: "put a '1\\n2\\n3\\n4\\n5'",
    branch: ["put a '1\\n2\\n3\\n4\\nfive'"],
    base: ["put a 'one\\n2\\n3\\n4\\n5'"],
    commits: ONE,
    files: { a: "one\n2\n3\n4\nfive" },
  },
  "a link changed on one side": {
    start: "ln -s one link",
    branch: ["ln -sf two link"],
    base: ["put b b"],
    commits: ONE,
    files: { link: "-> two" },
  },
  "a submodule moved on one side": {
    start: SUBMODULE("1"),
    branch: [`mkdir -p sub; put b b`],
    base: [SUBMODULE("2")],
    commits: ONE,
    files: { sub: "2".repeat(40), b: "b" },
  },
  "a binary file changed on one side": {
    start: "put a.bin 'a\\0b'",
    branch: ["put a.bin 'a\\0c'"],
    base: ["put b b"],
    commits: ONE,
    files: { "a.bin": "a\0c" },
  },
  "lines added at one place, kept by attribute": {
    start: "put .gitattributes 'CHANGES merge=union\\n'; put CHANGES 'Changes\\n'",
    branch: ["put CHANGES 'Changes\\n- ours\\n'"],
    base: ["put CHANGES 'Changes\\n- theirs\\n'"],
    commits: ONE,
    files: { CHANGES: "Changes\n- theirs\n- ours\n" },
  },
  "names with all kinds of characters": {
    start: put("ä ö/ü🎉 [x]*?.txt"),
    branch: [put("ä ö/ü🎉 [x]*?.txt", { 1: "one" }), `put $'a\\nb' ab`],
    base: [put("ä ö/ü🎉 [x]*?.txt", { 10: "ten" })],
    commits: [...ONE, "Bo: Branch 2"],
    files: { "ä ö/ü🎉 [x]*?.txt": lines({ 1: "one", 10: "ten" }), "a\nb": "ab" },
  },
  "a large file": {
    start: "seq 1 60000 > a",
    branch: ["sed -i 's/^3$/three/' a"],
    base: ["sed -i 's/^59999$/last/' a"],
    commits: ONE,
    files: { a: lines({ 3: "three", 59_999: "last" }, 60_000) },
  },
  "deleted on both sides": {
    start: "put a a; put b b",
    branch: ["rm a; put c c"],
    base: ["rm a b"],
    commits: ONE,
    files: { a: null, b: null, c: "c" },
  },
  "the branch has merged the base before": {
    start: put("a"),
    branch: [
      put("a", { 1: "one" }),
      `git checkout --quiet main; ${put("b")}; ${COMMIT} Early; git checkout --quiet gza/7-task; git merge --quiet -m Merge main`,
      put("a", { 1: "one", 3: "three" }),
    ],
    base: [put("a", { 10: "ten" })],
    commits: ["Bo: Branch 1", "merge Bo: Merge", "Bo: Branch 3", "merge GZA: Merge main at BASE"],
    files: { a: lines({ 1: "one", 3: "three", 10: "ten" }), b: lines() },
  },
  "both have merged each other": {
    start: put("a"),
    branch: [
      put("a", { 1: "one" }),
      `git checkout --quiet main; ${put("a", { 10: "ten" })}; ${COMMIT} Early; first=$(git rev-parse gza/7-task)
       git checkout --quiet gza/7-task; git merge --quiet -m Merge main
       git checkout --quiet main; git merge --quiet -m Back $first; git checkout --quiet gza/7-task`,
      put("a", { 1: "one", 10: "ten", 5: "five" }),
    ],
    base: ["put b b"],
    commits: ["merge Bo: Merge", "Bo: Branch 3", "merge GZA: Merge main at BASE"],
    files: { a: lines({ 1: "one", 5: "five", 10: "ten" }), b: "b" },
  },
  "people have worked on the branch": {
    start: put("a"),
    shared: true,
    branch: [put("a", { 1: "one" })],
    base: [put("a", { 10: "ten" })],
    commits: [...ONE, "merge GZA: Merge main at BASE"],
    files: { a: lines({ 1: "one", 10: "ten" }) },
  },
  "no commit in common": {
    branch: [
      "git checkout --quiet --orphan other; git commit --quiet -m Other; git branch -f gza/7-task; git checkout --quiet gza/7-task",
    ],
    base: ["put b b"],
    end: "conflict",
    by: "nothing",
  },
};

it.concurrent.each(Object.entries(CASES))("%s", async (_, { end = "completed", by = "git", ...told }) => {
  const { raw, files, commits, base } = await rebased(told);

  expect(raw).toMatchObject({ end, rebase: { by, conflicts: [] }, usage: { turns: 0, usd: 0 } });
  expect(raw.rebase?.dropped.map(({ why, subject }) => `${why}: ${subject}`)).toEqual(told.dropped ?? []);
  const expected = (told.commits ?? []).map((line) => line.replace("BASE", base.slice(0, 7)));
  expect(commits).toEqual(expected);
  expect(raw.commits).toBe(expected.length);
  for (const [path, text] of Object.entries(told.files ?? {})) expect(files[path] ?? null).toBe(text);
});
