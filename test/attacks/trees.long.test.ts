/** Family E: trees and changes that must not reach a branch. Each is refused by the publisher with its reason, whatever wrote it. */
import { randomBytes } from "node:crypto";
import { expect, it } from "vitest";
import type { Report } from "../../src/domain/report.ts";
import { publish } from "../../src/runner/publish/publish.ts";
import { createTaskServer } from "../runner/task-server.ts";
import { leaveRaw, sorted, type RawWork } from "./raw-work.ts";

/** git itself does not take the objects. */
const BROKEN = "The bundle of the agent's commits cannot be used";

const FILE = "100644";
const FOLDER = "40000";
const LINK = "120000";

/** One new file at a path of plain names. */
function adds(path: string, content: string | Buffer = "x\n", mode = FILE): (work: RawWork) => void {
  return (work) => {
    const [top = "", ...below] = path.split("/");
    const blob = work.blob(content);
    const leaf = below.length === 0 ? { mode, oid: blob } : folded(work, below, { mode, oid: blob });
    const rest = work.base.filter(({ name }) => name !== top);
    work.commit(work.tree(sorted([...rest, { name: top, ...leaf }])));
  };
}

/** Folder in folder down to the file. */
function folded(
  work: RawWork,
  names: readonly string[],
  file: { mode: string; oid: string },
): { mode: string; oid: string } {
  return names.reduceRight((inner, name) => ({ mode: FOLDER, oid: work.tree([{ name, ...inner }]) }), file);
}

function addsMany(count: number, content: (index: number) => string): (work: RawWork) => void {
  return (work) => {
    const one = work.blob(content(0));
    const many = Array.from({ length: count }, (_, index) => ({
      mode: FILE,
      name: `f${index}.txt`,
      oid: one,
    }));
    work.commit(work.tree(sorted([...work.base, ...many])));
  };
}

/** Two levels of the same folder ten times each, eight deep: a hundred million paths in a few hundred bytes. */
function bomb(work: RawWork): void {
  const blob = work.blob("boom\n");
  let inner = work.tree(Array.from({ length: 10 }, (_, n) => ({ mode: FILE, name: `f${n}`, oid: blob })));
  for (let level = 0; level < 8; level += 1)
    inner = work.tree(Array.from({ length: 10 }, (_, n) => ({ mode: FOLDER, name: `d${n}`, oid: inner })));
  work.commit(work.tree(sorted([...work.base, { mode: FOLDER, name: "bomb", oid: inner }])));
}

function takenBack(work: RawWork): void {
  adds(".github/workflows/evil.yml")(work);
  work.commit(work.tree(sorted(work.base)));
}

function hiddenBytes(work: RawWork): void {
  for (let round = 0; round < 20; round += 1)
    adds("big.txt", `${randomBytes(300_000).toString("hex")}\n`)(work);
  adds("small.txt")(work);
}

/** As many folders, and no file at all. */
function hollow(work: RawWork): void {
  let inner = work.tree([]);
  for (let level = 0; level < 9; level += 1)
    inner = work.tree(Array.from({ length: 10 }, (_, n) => ({ mode: FOLDER, name: `d${n}`, oid: inner })));
  work.commit(work.tree(sorted([...work.base, { mode: FOLDER, name: "hollow", oid: inner }])));
}

/** Whoever runs git in there runs what its settings name. */
function repository(work: RawWork): void {
  const file = (name: string, content: string) => ({ mode: FILE, name, oid: work.blob(content) });
  const kept = { mode: FOLDER, oid: work.tree([file("keep", "")]) };
  const inner = work.tree(
    sorted([
      file("HEAD", "ref: refs/heads/main\n"),
      file("config", "[core]\n\tfsmonitor = touch proof\n"),
      { ...kept, name: "objects" },
      { ...kept, name: "refs" },
    ]),
  );
  work.commit(work.tree(sorted([...work.base, { mode: FOLDER, name: "kit", oid: inner }])));
}

const POINTER = `version https://git-lfs.github.com/spec/v1\noid sha256:${"ab".repeat(32)}\nsize 12345\n`;

const CASES: readonly (readonly [name: string, write: (work: RawWork) => void, refused: string])[] = [
  ["E1 a link to /etc", adds("etc", "/etc/passwd", LINK), "link_out_of_tree etc"],
  ["E2 a link that climbs out", adds("a/b", "../../x", LINK), "link_out_of_tree a/b"],
  ["E3 a link into .git", adds("cfg", ".git/config", LINK), "link_out_of_tree cfg"],
  ["E4 a link that climbs through another", adds("a/b/c", "../up/../../x", LINK), "link_out_of_tree a/b/c"],
  [
    "E5 a submodule",
    (work) =>
      void work.commit(
        work.tree(sorted([...work.base, { mode: "160000", name: "sub", oid: "a".repeat(40) }])),
      ),
    "submodule sub",
  ],
  [
    "E6 .gitmodules",
    adds(".gitmodules", '[submodule "x"]\n\tpath = x\n\turl = https://example.com/x\n'),
    "protected .gitmodules",
  ],
  ["E7 a workflow", adds(".github/workflows/evil.yml"), "protected .github/workflows/evil.yml"],
  ["E8 a workflow in capitals", adds(".GITHUB/Workflows/evil.yml"), "protected .GITHUB/Workflows/evil.yml"],
  ["E9 .git with an invisible character", adds(".g\u200cit/config"), BROKEN],
  ["E10 git~1", adds("git~1/config"), BROKEN],
  ["E11 .git itself", adds("x/.git/config"), BROKEN],
  ["E12 CODEOWNERS", adds("docs/CODEOWNERS"), "protected docs/CODEOWNERS"],
  ["E13 an agent's instructions", adds("src2/CLAUDE.md"), "protected src2/CLAUDE.md"],
  ["E14 a hook", adds(".husky/pre-commit", "#!/bin/sh\n", "100755"), "protected .husky/pre-commit"],
  ["E15 a lockfile by itself", adds("package-lock.json", "{}\n"), "lock_only package-lock.json"],
  ["E16 100,000 files", addsMany(100_000, () => "x\n"), "too_many_files (all)"],
  ["E17 a file of Git LFS", adds("model.txt", POINTER), "lfs_pointer model.txt"],
  ["E18 a name in other capitals", adds("readme.md"), "case_collision readme.md"],
  ["E19 a name of 300 bytes", adds("n".repeat(300)), `odd_path ${"n".repeat(300)}`],
  ["E20 a mode of its own", adds("odd.sh", "x\n", "100646"), BROKEN],
  ["E21 a program", adds("tool", Buffer.from("\u007fELF\0\0\0")), "binary tool"],
  ["E22 more bytes than allowed", adds("big.txt", "x".repeat(1_000_001)), "too_many_bytes (all)"],
  ["E23 one file too many", addsMany(101, () => "x\n"), "too_many_files (all)"],
  ["E24 a workflow that a later commit takes back", takenBack, "protected .github/workflows/evil.yml"],
  ["E25 a name with a line break", adds("a\nb.txt"), "odd_path a\nb.txt"],
  ["E26 a folder of folders of folders", bomb, "too_many_files (all)"],
  ["E31 the same without any file", hollow, "too_many_files (all)"],
  ["E32 a folder that git takes for a repository", repository, "hidden_repository kit"],
  [
    "E33 settings of Git LFS",
    adds(".lfsconfig", "[lfs]\n\turl = https://evil.test\n"),
    "protected .lfsconfig",
  ],
  ["E34 a link in the place of agents' settings", adds(".claude", "tools", LINK), "protected .claude"],
  ["E27 bytes that a later commit takes back", hiddenBytes, "too_many_bytes (all)"],
  ["F14 a bundle that unpacks to 150 MB", adds("zeros.txt", Buffer.alloc(150 * 1024 * 1024)), BROKEN],
  ["E28 a way out of the folder", adds("../evil.txt"), BROKEN],
  ["E29 a direction-changing character", adds("a\u202etxt.js"), "odd_path a\u202etxt.js"],
  ["E30 git's attributes", adds("src2/.gitattributes", "* filter=x\n"), "protected src2/.gitattributes"],
];

it.each(CASES)("%s is refused", async (_, write, refused) => {
  using server = createTaskServer([]);
  leaveRaw(server, write);

  await publish(server.inputs, server.remote);

  const report = server.report();
  expect(server.git("for-each-ref", "--format=%(refname)", "refs/heads")).toBe("refs/heads/main");
  expect(report.work).toBeNull();
  expect(reasonsIn(report)).toContain(refused);
});

function reasonsIn({ end, guard, summary }: Report): string[] {
  return end === "guard_refused"
    ? guard.map(({ path, rule }) => `${rule} ${path}`)
    : [summary.slice(0, BROKEN.length)];
}

it("an honest tree passes, executable files and links inside it included", async () => {
  using server = createTaskServer([]);
  leaveRaw(server, (work) => {
    const file = { mode: FILE, name: "a.txt", oid: work.blob("fine\n") };
    const tool = { mode: "100755", name: "run.sh", oid: work.blob("#!/bin/sh\n") };
    const link = { mode: LINK, name: "latest", oid: work.blob("a.txt") };
    work.commit(work.tree(sorted([...work.base, file, tool, link])));
  });

  await publish(server.inputs, server.remote);

  expect(server.report()).toMatchObject({ end: "completed", work: { commits: 1, files: 3 }, guard: [] });
});
