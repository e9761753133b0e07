/** Every kind of conflict that stops a rebase: who settles it, or by which name it is refused. */
import { expect, it } from "vitest";
import { rebased, type Story } from "./rebased.ts";

/** What comes of a story that git cannot tell to its end. */
interface Case extends Story {
  /** Without: completed, by the agent. */
  end?: string;
  by?: string;
  /** `<kind> <path>: <by>`. */
  conflicts: string[];
  commits?: string[];
  dropped?: string[];
  files?: Record<string, string | null>;
  summary?: string;
}

const ONE = ["Bo: Branch 1"];
const BOTH = {
  start: "put a '1\\n2\\n3\\n'",
  branch: ["put a '1\\nours\\n3\\n'"],
  base: ["put a '1\\ntheirs\\n3\\n'"],
};
const LINK = (target: string): string => `rm -rf a; ln -s ${target} a`;
const SUBMODULE = (digit: string): string =>
  `mkdir -p sub; git update-index --add --cacheinfo 160000,${digit.repeat(40)},sub`;
const POINTER = (digit: number): string =>
  `put a.psd 'version https://git-lfs.github.com/spec/v1\\noid sha256:${String(digit).repeat(64)}\\nsize 9\\n'`;
const numbers = Array.from({ length: 60_000 }, (_, index) => index + 1);
const TEXT = "1\\n2\\n3\\n4\\n5\\n6\\n";

const SETTLED: Record<string, Case> = {
  "the same line": {
    ...BOTH,
    agent: "printf '1\\nboth\\n3\\n' > a",
    conflicts: ["content a: agent"],
    commits: ONE,
    files: { a: "1\nboth\n3\n" },
    summary: "1 commit put on main at BASE; the agent settled 1 conflict in a.",
  },
  "both added a file": {
    branch: ["put a ours"],
    base: ["put a theirs"],
    agent: "echo both > a",
    conflicts: ["add_add a: agent"],
    commits: ONE,
    files: { a: "both\n" },
  },
  "deleted here, changed there, kept": {
    start: `put a '${TEXT}'; put b b`,
    branch: ["rm a; put b c"],
    base: [`put a '${TEXT}7\\n'`],
    agent: "true",
    conflicts: ["delete_modify a: agent"],
    commits: ONE,
    files: { a: "1\n2\n3\n4\n5\n6\n7\n", b: "c" },
  },
  "deleted here, changed there, deleted": {
    start: `put a '${TEXT}'; put b b`,
    branch: ["rm a; put b c"],
    base: [`put a '${TEXT}7\\n'`],
    agent: "rm a",
    conflicts: ["delete_modify a: agent"],
    commits: ONE,
    files: { a: null, b: "c" },
  },
  "changed here, deleted there, done elsewhere": {
    start: `put a '${TEXT}'; put b b`,
    branch: [`put a '${TEXT}7\\n'; put b c`],
    base: ["rm a"],
    agent: "rm a; echo 7 > b",
    conflicts: ["modify_delete a: agent"],
    commits: ONE,
    files: { a: null, b: "7\n" },
  },
  "changed here, deleted there, and so it stays": {
    start: `put a '${TEXT}'`,
    branch: [`put a '${TEXT}7\\n'`, "put b b"],
    base: ["rm a"],
    agent: "rm a",
    conflicts: ["modify_delete a: agent"],
    commits: ["Bo: Branch 2"],
    dropped: ["empty: Branch 1"],
  },
  "renamed to two names": {
    start: `put a '${TEXT}'`,
    branch: ["git mv a ours"],
    base: ["git mv a theirs"],
    agent: "rm -f ours",
    conflicts: ["rename a: agent", "rename ours: agent", "rename theirs: agent"],
    commits: [],
    dropped: ["empty: Branch 1"],
    end: "unchanged",
  },
  "renamed here, deleted there": {
    start: `put a '${TEXT}'; put c c`,
    branch: ["git mv a ours"],
    base: ["rm a; put c d"],
    agent: "true",
    conflicts: ["rename ours: agent"],
    commits: ONE,
    files: { a: null, ours: "1\n2\n3\n4\n5\n6\n" },
  },
  "renamed there, and the same line changed on both sides": {
    start: `put a '${TEXT}'`,
    branch: [`put a '${TEXT}ours\\n'`],
    base: [`git mv a b; put b '${TEXT}theirs\\n'`],
    agent: "printf '1\\n2\\n3\\n4\\n5\\n6\\nboth\\n' > b",
    conflicts: ["content b: agent"],
    commits: ONE,
    files: { a: null, b: "1\n2\n3\n4\n5\n6\nboth\n" },
  },
  "lines that end with CR and LF": {
    start: "put a '1\\r\\n2\\r\\n'",
    branch: ["put a '1\\r\\nours\\r\\n'"],
    base: ["put a '1\\r\\ntheirs\\r\\n'"],
    agent: "printf '1\\r\\nboth\\r\\n' > a",
    conflicts: ["content a: agent"],
    commits: ONE,
    files: { a: "1\r\nboth\r\n" },
  },
  "no line break at the end": {
    start: "put a 'end'",
    branch: ["put a 'our end'"],
    base: ["put a 'their end'"],
    agent: "printf 'the end' > a",
    conflicts: ["content a: agent"],
    commits: ONE,
    files: { a: "the end" },
  },
  "one file twice, in two commits": {
    start: "put a '1\\n'",
    branch: ["put a '2\\n'", "put b b", "put a '3\\n'"],
    base: ["put a 'base\\n'"],
    agent: 'n=$(cat "$HOME/n" || echo 0); echo $((n + 1)) > "$HOME/n"; echo base-$n > a',
    conflicts: ["content a: agent"],
    commits: ["Bo: Branch 1", "Bo: Branch 2", "Bo: Branch 3"],
    files: { a: "base-1\n", b: "b" },
  },
  "into a branch that people work on": {
    ...BOTH,
    shared: true,
    agent: "printf '1\\nboth\\n3\\n' > a",
    conflicts: ["content a: agent"],
    commits: [...ONE, "merge GZA: Merge main at BASE"],
    files: { a: "1\nboth\n3\n" },
    summary: "main at BASE merged into the branch; the agent settled 1 conflict in a.",
  },
  "a name with blanks, signs and letters of all kinds": {
    start: "put 'd é/*[a] 🎉' '1\\n'",
    branch: ["put 'd é/*[a] 🎉' 'ours\\n'"],
    base: ["put 'd é/*[a] 🎉' 'theirs\\n'; put 'd é/xa 🎉' x"],
    agent: "echo both > 'd é/*[a] 🎉'",
    conflicts: ["content d é/*[a] 🎉: agent"],
    commits: ONE,
    files: { "d é/*[a] 🎉": "both\n" },
  },
  "a file that is about markers": {
    start: "put a '<<<<<<< shown\\n1\\n>>>>>>> shown\\n'",
    branch: ["put a '<<<<<<< shown\\nours\\n>>>>>>> shown\\n'"],
    base: ["put a '<<<<<<< shown\\ntheirs\\n>>>>>>> shown\\n'"],
    agent: "printf '<<<<<<< shown\\nboth\\n>>>>>>> shown\\n' > a",
    conflicts: ["content a: agent"],
    commits: ONE,
    files: { a: "<<<<<<< shown\nboth\n>>>>>>> shown\n" },
  },
  "a large file": {
    start: "seq 1 60000 > a",
    branch: ["sed -i 's/^3$/ours/' a"],
    base: ["sed -i 's/^3$/theirs/; s/^59999$/last/' a"],
    agent: "sed -i -e '/^<<<<<<< /,/^>>>>>>> /c both' a",
    conflicts: ["content a: agent"],
    commits: ONE,
    files: {
      a: numbers
        .map((n) => (n === 3 ? "both" : n === 59_999 ? "last" : n))
        .join("\n")
        .concat("\n"),
    },
  },
};

const REFUSED: Record<string, Case> = {
  "a binary file": {
    start: "put a 'a\\0a'",
    branch: ["put a 'a\\0b'"],
    base: ["put a 'a\\0c'"],
    conflicts: ["binary a: left"],
    summary: "Both sides changed a (a binary file): GZA does not choose between them.",
  },
  "a file that is binary by attribute, and another beside it": {
    ...BOTH,
    start: "put .gitattributes '*.svg binary\\n'; put a.svg '1\\n'; put a '1\\n'",
    branch: ["put a.svg '2\\n'; put a '2\\n'"],
    base: ["put a.svg '3\\n'; put a '3\\n'"],
    conflicts: ["content a: left", "binary a.svg: left"],
  },
  "a file that Git LFS keeps": {
    start: `put .gitattributes '*.psd filter=lfs diff=lfs merge=lfs -text\\n'; ${POINTER(1)}`,
    branch: [POINTER(2)],
    base: [POINTER(3)],
    conflicts: ["binary a.psd: left"],
  },
  "a binary file that one side deleted": {
    start: "put a 'a\\0a'; put b b",
    branch: ["rm a; put b c"],
    base: ["put a 'a\\0c'"],
    conflicts: ["binary a: left"],
  },
  "a submodule": {
    start: SUBMODULE("1"),
    branch: [SUBMODULE("2")],
    base: [SUBMODULE("3")],
    conflicts: ["submodule sub: left"],
    summary: "Both sides changed sub (a submodule): GZA does not choose between them.",
  },
  "a link": {
    start: LINK("one"),
    branch: [LINK("two")],
    base: [LINK("three")],
    conflicts: ["type a: left"],
  },
  "a link here, a file there": {
    branch: [LINK("two")],
    base: ["put a a"],
    conflicts: ["type a: left"],
  },
  "a file here, a folder there": {
    start: "put a 1",
    branch: ["put a 2"],
    base: ["rm a; put a/b b"],
    conflicts: ["type a: left"],
  },
  "a folder here, a file there": {
    branch: ["put a/b b"],
    base: ["put a 1"],
    conflicts: ["type a: left"],
  },
};

it.concurrent.each(Object.entries(SETTLED))("%s", async (_, story) => {
  const { raw, files, commits, base } = await rebased(story);

  expect(said(raw)).toEqual(story.conflicts);
  expect(raw).toMatchObject({ end: story.end ?? "completed", rebase: { by: "agent" } });
  expect(raw.rebase?.dropped.map(({ why, subject }) => `${why}: ${subject}`)).toEqual(story.dropped ?? []);
  expect(commits).toEqual((story.commits ?? []).map((line) => line.replace("BASE", base.slice(0, 7))));
  for (const [path, text] of Object.entries(story.files ?? {})) expect(files[path] ?? null).toBe(text);
  expect(raw.summary).toContain((story.summary ?? "").replace("BASE", base.slice(0, 7)));
});

it.concurrent.each(Object.entries(REFUSED))("refuses %s by name, and asks nobody", async (_, story) => {
  const { raw, commits } = await rebased({ ...story, agent: "true" });

  expect(said(raw)).toEqual(story.conflicts);
  expect(raw).toMatchObject({
    end: "conflict",
    commits: 0,
    usage: { turns: 0, usd: 0 },
    rebase: { by: "git" },
  });
  expect(commits).toEqual([]);
  expect(raw.summary).toContain(story.summary ?? "GZA does not choose");
});

it("shows a link and a file at one path as what they are", async () => {
  const { raw } = await rebased({ branch: [LINK("two")], base: ["put a 'text\\n'"] });

  expect(raw.rebase?.conflicts).toMatchObject([{ path: "a", ours: "(link to two)", theirs: "text" }]);
  expect(raw.summary).not.toContain("more");
});

function said({ rebase }: Awaited<ReturnType<typeof rebased>>["raw"]): string[] | undefined {
  return rebase?.conflicts.map(({ kind, path, by }) => `${kind} ${path}: ${by}`);
}
