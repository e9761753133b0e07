/** A diff as reviewers get it: nothing of it is lost between the parts, and what is not shown is named. */
import { mkdtempSync, mkdirSync, renameSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { expect, it } from "vitest";
import { coverageOf } from "../../../src/runner/review/coverage.ts";
import { readDiff, type FileDiff } from "../../../src/runner/git/diff.ts";
import {
  MAX_PARTS,
  PART_CHARACTERS,
  partsOf,
  type PartedDiff,
} from "../../../src/runner/review/diff-parts.ts";
import { run } from "../task-server.ts";

const NUMBERS = Array.from({ length: 200 }, (_, index) => `line ${index}`).join("\n");

async function diffOf(
  before: Record<string, string | Buffer>,
  change: (folder: string) => void,
): Promise<FileDiff[]> {
  const folder = mkdtempSync(join(tmpdir(), "gza-diff-"));
  const commit = (): string => {
    run(folder, "add", "--all");
    run(folder, "commit", "--quiet", "--allow-empty", "-m", "x");
    return run(folder, "rev-parse", "HEAD");
  };
  run(folder, "init", "--quiet");
  write(folder, before);
  const range = { before: commit(), after: "" };
  change(folder);
  range.after = commit();
  const files = await readDiff(join(folder, ".git"), range, 3);
  rmSync(folder, { recursive: true });
  return files;
}

function write(folder: string, files: Record<string, string | Buffer>): void {
  for (const [path, content] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), content);
  }
}

/** The added lines that the parts show of a path. */
function addedLines({ parts }: PartedDiff): string[] {
  return parts.flatMap(({ text }) => text.split("\n").filter((line) => /^\+(?!\+\+ )/.test(line)));
}

it("reads files of every kind, odd names among them", async () => {
  const files = await diffOf(
    { "a.txt": `${NUMBERS}\n`, "gone.txt": "x\n", "old name.txt": NUMBERS, link: "x\n" },
    (folder) => {
      write(folder, {
        "a.txt": `${NUMBERS.replace("line 7", "line seven")}\nline 200\n`,
        "dir with space/naïve 文件.txt": "new\n",
        'tab\tand "quote".txt': "diff --git a/x b/x\n@@ -1 +1 @@\n-- a\n",
        "picture.png": Buffer.from([0, 1, 2, 0]),
      });
      rmSync(join(folder, "gone.txt"));
      rmSync(join(folder, "link"));
      symlinkSync("a.txt", join(folder, "link"));
      renameSync(join(folder, "old name.txt"), join(folder, "new name.txt"));
    },
  );

  const facts = files.map(({ path, from, status, binary, added, removed }) => ({
    path,
    from,
    status,
    binary,
    added,
    removed,
  }));

  expect(facts).toEqual([
    { path: "a.txt", from: null, status: "modified", binary: false, added: 2, removed: 1 },
    {
      path: "dir with space/naïve 文件.txt",
      from: null,
      status: "added",
      binary: false,
      added: 1,
      removed: 0,
    },
    { path: "gone.txt", from: null, status: "deleted", binary: false, added: 0, removed: 1 },
    { path: "link", from: null, status: "type changed", binary: false, added: 0, removed: 1 },
    { path: "link", from: null, status: "type changed", binary: false, added: 1, removed: 0 },
    { path: "new name.txt", from: "old name.txt", status: "renamed", binary: false, added: 0, removed: 0 },
    { path: "picture.png", from: null, status: "added", binary: true, added: 0, removed: 0 },
    { path: 'tab\tand "quote".txt', from: null, status: "added", binary: false, added: 3, removed: 0 },
  ]);
  expect(files[0]?.hunks.map(({ before, after }) => [before, after])).toEqual([
    [5, 5],
    [198, 198],
  ]);
  expect(coverageOf(files, partsOf(files), new Map()).filter(({ why }) => why !== null)).toEqual([
    { path: "new name.txt", seen: true, why: "renamed without a change" },
    { path: "picture.png", seen: true, why: "binary: only its name and size were seen" },
  ]);
});

it("cuts a diff of 5,000 lines into parts without losing one", async () => {
  const content = (file: number): string =>
    Array.from({ length: 500 }, (_, line) => `const value${file}x${line} = "${"y".repeat(20)}";`).join("\n");
  const files = await diffOf({}, (folder) => {
    write(
      folder,
      Object.fromEntries(Array.from({ length: 10 }, (_, file) => [`src/${file}.js`, content(file)])),
    );
  });

  const parted = partsOf(files);

  expect(addedLines(parted)).toHaveLength(5000);
  expect(parted.parts.length).toBeGreaterThan(2);
  expect(parted.parts.every(({ text }) => text.length <= PART_CHARACTERS)).toBe(true);
  expect(parted.parts.map(({ paths }) => paths.size)).not.toContain(0);
  expect(coverageOf(files, parted, new Map()).every(({ seen }) => seen)).toBe(true);
});

it("splits one huge file at its hunks and lines, with numbers that go on", async () => {
  const lines = Array.from({ length: 8000 }, (_, line) => `value ${line} ${"z".repeat(10)}`);
  const files = await diffOf({ "big.txt": "first\n" }, (folder) => {
    write(folder, { "big.txt": `first\n${lines.join("\n")}\n` });
  });

  const parted = partsOf(files);
  const starts = parted.parts.map(({ text }) => Number(/^@@ -\d+,\d+ \+(\d+)/m.exec(text)?.[1]));
  const firsts = parted.parts.map(({ text }) => Number(/^\+value (\d+)/m.exec(text)?.[1]));

  expect(addedLines(parted).map((line) => line.slice(1))).toEqual(lines);
  expect(parted.parts.every(({ text }) => text.startsWith("diff --git a/big.txt"))).toBe(true);
  // Value n stands on line n + 2; the first hunk shows one line of context before it.
  expect(starts.slice(1)).toEqual(firsts.slice(1).map((value) => value + 2));
  expect(starts[0]).toBe(1);
});

it("names what does not fit and what was not answered", async () => {
  const lines = Array.from({ length: 30_000 }, (_, line) => `value ${line} ${"z".repeat(20)}`);
  const files = await diffOf({}, (folder) => {
    write(folder, {
      "a.txt": "a\n",
      "b.txt": lines.join("\n"),
      "line.txt": `${"w".repeat(PART_CHARACTERS)}\nshort\n`,
    });
  });

  const parted = partsOf(files);
  const first = parted.parts[0];
  const unanswered = new Map(first ? [[first, "its time was up"]] : []);

  expect(parted.parts).toHaveLength(MAX_PARTS);
  expect(coverageOf(files, parted, unanswered)).toEqual([
    { path: "a.txt", seen: false, why: "its part was not answered: its time was up" },
    { path: "b.txt", seen: false, why: "the diff is larger than 12 parts of 60000 characters" },
    { path: "line.txt", seen: false, why: "it has lines that are longer than a part" },
  ]);
});
