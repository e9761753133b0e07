/** git's comparison of two series of commits, as people and reviewers are shown it. */
import { git } from "./git.ts";
import { plainText } from "../plain-text.ts";
import { gzaIdentity } from "../publish/rewrite.ts";

/** What `tip` has and `not` has not. */
export interface Series {
  not: string;
  tip: string;
}

export interface Comparison {
  text: string;
  /** Every commit has its like, with the very same patch and message. */
  isSame: boolean;
}

const SECONDS = 120;

/** Of a pair: its numbers, its commits, and between them what became of it. A line of a diff stands four spaces to the right. */
const PAIR = /^ {0,3}(?:\d+|-): +\S+ (?<sign>[=!<>]) +(?:\d+|-): /;

/** The same commits give the same text. What is longer than `limit` characters is cut at a line, and that is said. */
export async function compareSeries(
  dir: string,
  { old, now }: { old: Series; now: Series },
  limit: number,
): Promise<Comparison> {
  const isPlain = !(await hasMerges(dir, old)) && !(await hasMerges(dir, now));
  const text = isPlain ? await rangeDiff(dir, old, now) : await wholeDiff(dir, old, now);
  if (text === null) return { text: "git needed too long to compare both series of commits.", isSame: false };
  const signs = text.split("\n").flatMap((line) => PAIR.exec(line)?.groups?.["sign"] ?? []);
  const isSame = signs.every((sign) => sign === "=");
  const note = isPlain ? "" : "There are merge commits, so both sides are compared as one commit each.\n\n";
  return { text: cut(`${note}${plainText(text).trimEnd()}`, limit), isSame };
}

/** A comparison of commits passes over merges, and with them over what was settled there. */
async function wholeDiff(dir: string, old: Series, now: Series): Promise<string | null> {
  const [before, after] = [await asOne(dir, old), await asOne(dir, now)];
  return rangeDiff(dir, before, after, "--creation-factor=100");
}

/** Null: it took too long, or would be too much to read. */
async function rangeDiff(dir: string, old: Series, now: Series, ...more: string[]): Promise<string | null> {
  const args = ["--no-color", "--no-ext-diff", "--no-textconv", ...more];
  const ranges = [`${old.not}..${old.tip}`, `${now.not}..${now.tip}`];
  try {
    return await git(["-c", "core.abbrev=12", "range-diff", ...args, ...ranges], { dir, seconds: SECONDS });
  } catch (error) {
    if (error instanceof Error && / was stopped: /.test(error.message)) return null;
    throw error;
  }
}

async function hasMerges(dir: string, { not, tip }: Series): Promise<boolean> {
  const merges = await git(["rev-list", "--merges", "--max-count=1", tip, `^${not}`], { dir });
  return merges.trim() !== "";
}

/** Everything since the newest commit that both have, as one commit on it. */
async function asOne(dir: string, { not, tip }: Series): Promise<Series> {
  const fork = (await git(["merge-base", not, tip], { dir })).trim();
  const args = ["commit-tree", `${tip}^{tree}`, "-p", fork, "-m", "The branch as a whole"];
  const env = gzaIdentity("@0 +0000", "@0 +0000");
  return { not: fork, tip: (await git(args, { dir, env })).trim() };
}

/** Room for the words that something is missing. */
const NOTE_CHARACTERS = 60;

function cut(text: string, limit: number): string {
  if (text.length <= limit) return text;
  const end = text.lastIndexOf("\n", limit - NOTE_CHARACTERS);
  const kept = text.slice(0, Math.max(end, 0));
  const lines = text.slice(kept.length).trim().split("\n").length;
  return `${kept}\n(${lines} more lines are left out)`.trimStart();
}
