/** Both sides of a conflict in a few lines each, for prompts and for people. */
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { git, tryGit } from "../git/git.ts";
import { head, plainText } from "../plain-text.ts";
import { isPlainFile, markersOf } from "./markers.ts";
import type { Own } from "./own-repository.ts";
import type { Unmerged } from "./stop.ts";

const MAX_LINES = 40;
const MAX_CHARACTERS = 1900;

export interface Texts {
  ours: string;
  theirs: string;
}

/** `branch`: the stage that the branch has in the index, which says on which side of git's markers its lines are. */
export async function bothTexts(
  own: Own,
  one: Omit<Unmerged, "shown">,
  { branch }: { branch: 2 | 3 },
): Promise<Texts> {
  if (one.kind === "content" || one.kind === "add_add") {
    const hunks = await hunksOf(own, one.path, branch);
    if (hunks !== null) return hunks;
  }
  return { ours: await sideText(own, one, "ours"), theirs: await sideText(own, one, "theirs") };
}

/** The lines between the markers that git has left in the file, each side's for itself; null: there are none. */
async function hunksOf(own: Own, path: string, branch: 2 | 3): Promise<Texts | null> {
  const file = join(own.workTree, path);
  if (!(await isPlainFile(file))) return null;
  const { size } = await markersOf(own, path);
  const sides: { first: string[]; second: string[] } = { first: [], second: [] };
  let where: "first" | "ancestor" | "second" | null = null;
  let found = 0;
  for (const line of plainText(await readFile(file, "utf8")).split("\n")) {
    if (line.startsWith(`${"<".repeat(size)} `)) {
      where = "first";
      found += 1;
      if (found > 1) for (const side of [sides.first, sides.second]) side.push("…");
    } else if (where !== null && line.startsWith(`${"|".repeat(size)} `)) where = "ancestor";
    else if (where !== null && line === "=".repeat(size)) where = "second";
    else if (where !== null && line.startsWith(`${">".repeat(size)} `)) where = null;
    else if (where === "first" || where === "second") sides[where].push(line);
  }
  if (found === 0) return null;
  const [first, second] = [excerpt(sides.first), excerpt(sides.second)];
  return branch === 2 ? { ours: first, theirs: second } : { ours: second, theirs: first };
}

/** What one side made of what both came from. */
async function sideText(own: Own, one: Omit<Unmerged, "shown">, side: "ours" | "theirs"): Promise<string> {
  const entry = one[side];
  if (entry === null) return one.ancestor === null ? "(not there)" : "(deleted)";
  if (entry.mode === "160000") return `(submodule at ${entry.oid})`;
  const size = Number((await git(["cat-file", "-s", entry.oid], own)).trim());
  if (entry.mode === "120000") {
    return `(link to ${head(plainText(await git(["cat-file", "blob", entry.oid], own)), 500)})`;
  }
  if (one.kind === "binary") return `(binary, ${size} bytes)`;
  const { ancestor } = one;
  if (ancestor === null || ancestor.mode === "120000" || ancestor.mode === "160000") {
    return excerpt(plainText(await git(["cat-file", "blob", entry.oid], own)).split("\n"));
  }
  if (ancestor.oid === entry.oid) return "(unchanged)";
  const args = ["diff", "--no-color", "--no-ext-diff", "--no-textconv", "-U1", ancestor.oid, entry.oid];
  const diff = plainText((await tryGit(args, own)).stdout.toString("utf8"));
  const lines = diff.split("\n").filter((line) => !/^(?:diff --git |index |--- |\+\+\+ )/.test(line));
  return excerpt(lines);
}

function excerpt(lines: readonly string[]): string {
  const text = lines.slice(0, MAX_LINES).join("\n").trimEnd();
  const shown = head(text, MAX_CHARACTERS);
  return shown.length < text.length || lines.length > MAX_LINES ? `${shown}\n…` : shown;
}
