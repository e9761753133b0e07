/** What both sides did where git stopped: every path that is left unmerged, by kind, with what each side has there. */
import type { Conflict } from "../../domain/report.ts";
import { git, gitBytes } from "../git/git.ts";
import { head, plainText } from "../plain-text.ts";
import { bothTexts } from "./excerpt.ts";
import { literally, pathList, type Own } from "./own-repository.ts";

/** A file as one side has it. */
export interface Entry {
  /** git's mode. */
  mode: string;
  oid: string;
}

export interface Unmerged {
  /** Where it lies in the index and among the files. */
  path: string;
  kind: Conflict["kind"];
  /** What both sides came from, what the branch has, what the base has; null: nothing. */
  ancestor: Entry | null;
  ours: Entry | null;
  theirs: Entry | null;
  /** For people: `path` as they know it, and both sides in a few lines. */
  shown: { path: string; ours: string; theirs: string };
}

/** The three commits or trees of the merge that stopped. */
export interface Sides {
  ancestor: string;
  ours: string;
  theirs: string;
  /** In the index: which stage the branch has, and which the base. */
  stages: { ours: 2 | 3; theirs: 2 | 3 };
}

const LINK = "120000";
const SUBMODULE = "160000";

/** Empty: nothing is left unmerged. */
export async function readStop(own: Own, sides: Sides): Promise<Unmerged[]> {
  const found: Unmerged[] = [];
  for (const [path, staged] of await unmergedEntries(own)) {
    const entries = {
      ancestor: staged.get(1) ?? null,
      ours: staged.get(sides.stages.ours) ?? null,
      theirs: staged.get(sides.stages.theirs) ?? null,
    };
    const { kind, known } = await kindOf(own, sides, { path, ...entries });
    const texts = await bothTexts(own, { path, kind, ...entries }, { branch: sides.stages.ours });
    found.push({ path, kind, ...entries, shown: { path: head(plainText(known), 300), ...texts } });
  }
  return found;
}

/** By path and stage: 1 is what both sides came from, 2 and 3 are the sides. */
export async function unmergedEntries(own: Own): Promise<Map<string, Map<number, Entry>>> {
  const listing = await git(["ls-files", "--unmerged", "-z"], own);
  const paths = new Map<string, Map<number, Entry>>();
  for (const line of listing.split("\0")) {
    const parts = /^(?<mode>\d+) (?<oid>[0-9a-f]+) (?<stage>[123])\t(?<path>.+)$/s.exec(line)?.groups;
    if (parts === undefined) continue;
    const { mode = "", oid = "", stage = "", path = "" } = parts;
    const staged = paths.get(path) ?? new Map<number, Entry>();
    paths.set(path, staged.set(Number(stage), { mode, oid }));
  }
  return paths;
}

type Staged = Pick<Unmerged, "path" | "ancestor" | "ours" | "theirs">;

async function kindOf(
  own: Own,
  sides: Sides,
  staged: Staged,
): Promise<{ kind: Conflict["kind"]; known: string }> {
  const { path, ancestor, ours, theirs } = staged;
  const modes = new Set([ancestor, ours, theirs].map((entry) => entry?.mode));
  const aside = await putAside(own, sides, path);
  if (modes.has(SUBMODULE)) return { kind: "submodule", known: aside ?? path };
  if (aside !== null || modes.has(LINK)) return { kind: "type", known: aside ?? path };
  if (ours !== null && theirs !== null) {
    if (await isBinary(own, staged)) return { kind: "binary", known: path };
    return { kind: ancestor === null ? "add_add" : "content", known: path };
  }
  if (ancestor === null || (ours === null && theirs === null)) return { kind: "rename", known: path };
  // Where the path is new to both, git followed a rename to it.
  if (!(await isIn(own, sides.ancestor, path))) return { kind: "rename", known: path };
  if (await isBinary(own, staged)) return { kind: "binary", known: path };
  return { kind: ours === null ? "delete_modify" : "modify_delete", known: path };
}

/** A file that is in the way of something of another type lies beside it, as `<path>~<side>`: its real path, or null. */
async function putAside(own: Own, { ours, theirs }: Sides, path: string): Promise<string | null> {
  if (!path.includes("~")) return null;
  const isKnown = async (one: string): Promise<boolean> =>
    (await isIn(own, ours, one)) || (await isIn(own, theirs, one));
  if (await isKnown(path)) return null;
  for (let end = path.lastIndexOf("~"); end > 0; end = path.lastIndexOf("~", end - 1)) {
    if (await isKnown(path.slice(0, end))) return path.slice(0, end);
  }
  return null;
}

async function isIn(own: Own, tree: string, path: string): Promise<boolean> {
  return (await git(["ls-tree", "-z", "--full-tree", tree, "--", path], literally(own))) !== "";
}

/** What stands in git for a file that Git LFS keeps elsewhere: lines of it put together name no file at all. */
const LFS_POINTER = "version https://git-lfs.github.com/spec/";

/** By git's own rule: attributes say so, or there is a zero byte near the beginning of one of the files. */
async function isBinary(own: Own, { path, ancestor, ours, theirs }: Staged): Promise<boolean> {
  const answer = await git(["check-attr", "-z", "--stdin", "merge"], { ...own, input: pathList([path]) });
  const merge = answer.split("\0")[2];
  if (merge === "unset" || merge === "binary") return true;
  const isText = merge === "set" || merge === "text" || merge === "union";
  for (const entry of [ancestor, ours, theirs]) {
    if (entry === null) continue;
    const start = (await blobOf(own, entry)).subarray(0, 8000);
    if (start.subarray(0, LFS_POINTER.length).equals(Buffer.from(LFS_POINTER))) return true;
    if (!isText && start.includes(0)) return true;
  }
  return false;
}

function blobOf(own: Own, { oid }: Entry): Promise<Buffer> {
  return gitBytes(["cat-file", "blob", oid], own);
}
