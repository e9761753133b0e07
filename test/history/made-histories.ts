/** Two histories for tests: one with everything that repositories can hold, one whose lockfile meets itself in every change. */
import { createHash } from "node:crypto";
import type { MadeCommit, MadeFile } from "./made-repository.ts";

const ZERO = Buffer.from([0x89, 0x50, 0, 1, 2, 3, 255, 254, 10, 0]);

function lines(...all: string[]): string {
  return all.map((line) => `${line}\n`).join("");
}

/** Thirty lines on a topic, with others in place of some; numbers from 1. */
function prose(changed: { [line: number]: string } = {}, topic = "something to read"): string {
  const all = Array.from(
    { length: 30 },
    (_, index) => changed[index + 1] ?? `Line ${index + 1} of ${topic}.`,
  );
  return lines(...all);
}

function crlf(text: string): string {
  return text.replaceAll("\n", "\r\n");
}

const NAME = "  two spaces, “quotes” – 名前.md";
const FIRST: { [path: string]: MadeFile } = {
  ".gitattributes": "*.dos text eol=crlf\n*.bat text\n*.union merge=union\n*.dat -text\n",
  ".gitignore": "*.log\n",
  ".gitmodules": '[submodule "vendor"]\n\tpath = vendor\n\turl = https://example.com/vendor.git\n',
  ".github/workflows/ci.yml":
    "on: [push, pull_request]\njobs: {no: {runs-on: ubuntu-latest, steps: [{run: exit 1}]}}\n",
  vendor: { submodule: "1".repeat(40) },
  [NAME]: prose(),
  "-rf": prose(),
  ":(top)*?[a].txt": prose(),
  "run me": "#!/bin/sh\necho hello\n",
  link: { mode: "120000", content: "run me" },
  "win.dos": prose(),
  "raw crlf.txt": crlf(prose()),
  "mixed.bat": crlf(prose()),
  "latin1.txt": Buffer.from(prose({ 3: "Stra\u00DFe und \u00C4rger" }), "latin1"),
  "picture.dat": ZERO,
  "no newline": "one\ntwo\nthree",
  "kept.log": prose(),
  "changes.union": lines("# Changes", "", "- First."),
  "old name.md": prose({}, "names"),
  "list.txt": lines("alpha", "beta", "omega"),
  "table.txt": lines("begin", "end"),
  "gone.txt": prose({}, "farewells"),
  "twice.txt": prose(),
};

export const NASTY: readonly MadeCommit[] = [
  { subject: "Begin", files: FIRST },
  {
    subject: "Names that need quotes",
    files: {
      [NAME]: prose({ 2: "Second" }),
      "-rf": prose({ 2: "Second" }),
      ":(top)*?[a].txt": prose({ 9: "Ninth" }),
    },
  },
  {
    subject: "Another mode, another target",
    files: {
      "run me": { mode: "100755", content: "#!/bin/sh\necho hello\n" },
      link: { mode: "120000", content: "list.txt" },
      "to/link": { mode: "120000", content: "../link" },
    },
  },
  { subject: "A link out of the tree", files: { out: { mode: "120000", content: "../../etc/passwd" } } },
  { subject: "Another picture", files: { "picture.dat": Buffer.concat([ZERO, ZERO]), "new.dat": ZERO } },
  { subject: "A newer submodule", files: { vendor: { submodule: "2".repeat(40) } } },
  { subject: "Another workflow", files: { ".github/workflows/ci.yml": "on: push\njobs: {}\n" } },
  { subject: "Nothing at all" },
  {
    subject: "Line ends of all kinds",
    files: {
      "win.dos": prose({ 4: "Fourth" }),
      "raw crlf.txt": crlf(prose({ 4: "Fourth" })),
      "latin1.txt": Buffer.from(prose({ 3: "Stra\u00DFe und \u00C4rger", 4: "\u00DCbel" }), "latin1"),
      "no newline": "one\n2\nthree",
      // git ignores it, and has it all the same.
      "kept.log": prose({ 5: "Fifth" }),
    },
  },
  { subject: "A name that is no UTF-8", files: { "latin1:stra\u00DFe.txt": "a\n" } },
  { subject: "Alpha has company", files: { "list.txt": lines("alpha", "alpha 2", "beta", "omega") } },
  {
    subject: "A branch that was merged",
    merged: { "list.txt": lines("alpha", "alpha 2", "alpha 3", "beta", "omega") },
  },
  { subject: "An entry", files: { "changes.union": lines("# Changes", "", "- First.", "- Second.") } },
  {
    subject: "Another entry",
    files: { "changes.union": lines("# Changes", "", "- First.", "- Second.", "- Third.") },
  },
  { subject: "Before the end", files: { "table.txt": lines("begin", "one", "end") } },
  {
    subject: "Before the end, too",
    files: { "table.txt": lines("begin", "one", "two", "end"), "deep/in/a/folder.txt": prose({}, "depths") },
  },
  { subject: "A line of what is renamed next", files: { "old name.md": prose({ 7: "Seventh" }, "names") } },
  {
    subject: "Another name",
    files: { "old name.md": null, "new name.md": prose({ 7: "Seventh", 20: "Twentieth" }, "names") },
  },
  {
    subject: "The last words of what is deleted next",
    files: { "gone.txt": prose({ 1: "First" }, "farewells") },
  },
  { subject: "Delete it", files: { "gone.txt": null } },
  { subject: "A word", files: { "twice.txt": prose({ 15: "Fifteenth" }) } },
  { subject: "Not that word", files: { "twice.txt": prose() } },
];

const LOCK_TOOL = `const { readFileSync, writeFileSync } = require("node:fs");
const { createHash } = require("node:crypto");
const text = readFileSync("package.json", "utf8");
const hash = createHash("sha256").update(text).digest("hex");
writeFileSync("package-lock.json", JSON.stringify({ hash, ...JSON.parse(text) }, null, 2) + "\\n");
`;

const NAMES = ["a", "c", "e", "g", "i", "k", "m", "o", "q", "s"];

/** A manifest with further names, and its lockfile as the tool writes it. */
function locked(...more: string[]): { [path: string]: string } {
  const names = [...NAMES, ...more].toSorted();
  const manifest = { name: "locked", dependencies: Object.fromEntries(names.map((name) => [name, "1.0.0"])) };
  const text = `${JSON.stringify(manifest, null, 2)}\n`;
  const hash = createHash("sha256").update(text).digest("hex");
  const lock = `${JSON.stringify({ hash, ...manifest }, null, 2)}\n`;
  return { "package.json": text, "package-lock.json": lock };
}

/** Every change meets the others in the lockfile, and nowhere else. */
export const LOCKED: readonly MadeCommit[] = [
  { subject: "Begin", files: { ...locked(), "tools/lock.js": LOCK_TOOL } },
  { subject: "Need b", files: locked("b") },
  { subject: "Need f", files: locked("b", "f") },
  { subject: "Need l", files: locked("b", "f", "l") },
  { subject: "Need r", files: locked("b", "f", "l", "r") },
];
