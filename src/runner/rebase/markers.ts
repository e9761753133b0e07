/** Conflict markers: where some are left that were on neither side before. */
import { lstat } from "node:fs/promises";
import { git, gitBytes } from "../git/git.ts";
import { pathList, type Own } from "./own-repository.ts";
import type { Unmerged } from "./stop.ts";

const USUAL_SIZE = 7;

export interface Markers {
  /** Characters of each, as the attribute `conflict-marker-size` says. */
  size: number;
  /** Numbers of the lines of a text that begin with one, from 1. */
  linesIn(text: string): number[];
}

export async function markersOf(own: Own, path: string): Promise<Markers> {
  const args = ["check-attr", "-z", "--stdin", "conflict-marker-size"];
  const value = Number((await git(args, { ...own, input: pathList([path]) })).split("\0")[2]);
  const size = Number.isSafeInteger(value) && value > 0 && value <= 200 ? value : USUAL_SIZE;
  const starts = [...new Set([size, USUAL_SIZE])].flatMap((length) =>
    ["<", ">", "|"].map((sign) => `${sign.repeat(length)} `),
  );
  const linesIn = (text: string): number[] =>
    text
      .split("\n")
      .flatMap((line, index) => (starts.some((start) => line.startsWith(start)) ? [index + 1] : []));
  return { size, linesIn };
}

/** The first line with a marker in what the path shall have now, from 1; null: there is none, or no more of them than one of the sides had by itself. */
export async function markerLeft(
  own: Own,
  { path, ours, theirs }: Unmerged,
  now: string,
): Promise<number | null> {
  const { linesIn } = await markersOf(own, path);
  const linesOf = async (oid: string): Promise<number[]> =>
    linesIn((await gitBytes(["cat-file", "blob", oid], own)).toString("latin1"));
  const lines = await linesOf(now);
  for (const side of [ours, theirs]) {
    if (lines.length > 0 && side !== null && (await linesOf(side.oid)).length >= lines.length) return null;
  }
  return lines[0] ?? null;
}

/** Whether a regular file lies there; links are not followed. */
export async function isPlainFile(file: string): Promise<boolean> {
  try {
    return (await lstat(file)).isFile();
  } catch (error) {
    if (error instanceof Error && "code" in error && (error.code === "ENOENT" || error.code === "ENOTDIR"))
      return false;
    throw error;
  }
}
