/** Reads the diff of two commits as files and hunks, as git's own plumbing writes it: no filters, no external programs. */
import { git } from "./git.ts";
import type { Range } from "./patch.ts";

export interface FileDiff {
  /** After the change; of a deleted file before it. */
  path: string;
  /** Where a rename or copy came from. */
  from: string | null;
  /** git's id of its content after the change; null: it is gone. */
  oid: string | null;
  status: "added" | "deleted" | "modified" | "renamed" | "copied" | "type changed" | "changed";
  /** git writes no lines for it. */
  binary: boolean;
  added: number;
  removed: number;
  /** Everything before the first hunk. */
  header: string;
  hunks: Hunk[];
}

export interface Hunk {
  /** `@@ -1,2 +3,4 @@ …` */
  header: string;
  /** Number of the first line that it shows of each side, 1-based. */
  before: number;
  after: number;
  /** Each with its sign, without its line break. */
  lines: string[];
}

/** `context` lines around each change; with 3 the hunks are those that GitHub shows. */
export async function readDiff(dir: string, range: Range, context: number): Promise<FileDiff[]> {
  const args = ["diff-tree", "-r", "--find-renames", "--no-textconv", "--no-ext-diff", "--no-color"];
  const ends = [range.before, range.after];
  const raw = parseRaw(await git([...args, "--raw", "--no-abbrev", "-z", ...ends], { dir }));
  const patch = await git([...args, "-p", "--full-index", `-U${context}`, ...ends], { dir });
  // Lines of files begin with a sign, so nothing in a file can look like the start of a section or a hunk.
  const sections = patch.split(/\n(?=diff --git )/).filter((section) => section !== "");
  const files = raw.flatMap((entry) => {
    // What was a file and is a link now, or the other way round, is written as two sections.
    const own = sections.splice(0, entry.status === "type changed" ? 2 : 1);
    return own.map((section) => fileDiff(entry, section));
  });
  if (sections.length > 0 || files.length < raw.length)
    throw new Error("git diff-tree lists other files than it shows; its version may be too new");
  return files;
}

type Entry = Pick<FileDiff, "path" | "from" | "oid" | "status">;

const STATUS: { [letter: string]: FileDiff["status"] } = {
  A: "added",
  C: "copied",
  D: "deleted",
  M: "modified",
  R: "renamed",
  T: "type changed",
};

/** `:<modes> <oids> <status>`, then one path, of a rename or copy two, each ended by a zero byte. */
function parseRaw(output: string): Entry[] {
  const fields = output.split("\0");
  const entries: Entry[] = [];
  for (let index = 0; index + 1 < fields.length;) {
    const [, , , oid = "", letters = ""] = (fields[index] ?? "").split(" ");
    const letter = letters.slice(0, 1);
    const hasTwo = letter === "R" || letter === "C";
    const from = hasTwo ? (fields[index + 1] ?? null) : null;
    const path = fields[index + (hasTwo ? 2 : 1)];
    if (path === undefined)
      throw new Error("git diff-tree answered in a form that is not known; its version may be too new");
    entries.push({ path, from, oid: /^0*$/.test(oid) ? null : oid, status: STATUS[letter] ?? "changed" });
    index += hasTwo ? 3 : 2;
  }
  return entries;
}

function fileDiff(entry: Entry, section: string): FileDiff {
  const [header = "", ...rest] = section.replace(/\n$/, "").split(/\n(?=@@ )/);
  const hunks = rest.map(parseHunk);
  const lines = hunks.flatMap((hunk) => hunk.lines);
  return {
    ...entry,
    binary: hunks.length === 0 && /\nBinary files /.test(header),
    added: lines.filter((line) => line.startsWith("+")).length,
    removed: lines.filter((line) => line.startsWith("-")).length,
    header,
    hunks,
  };
}

/** A missing count is 1; of a side that has no lines the number is that of the line before. */
function parseHunk(text: string): Hunk {
  const [header = "", ...lines] = text.split("\n");
  const [, before, after] = /^@@ -(\d+)(?:,\d+)? \+(\d+)(?:,\d+)? @@/.exec(header) ?? [];
  if (before === undefined || after === undefined)
    throw new Error(`git wrote a hunk that cannot be read: ${header.slice(0, 100)}`);
  return { header, before: Number(before), after: Number(after), lines };
}
