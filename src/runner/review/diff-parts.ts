/** Cuts a diff into parts that fit into a prompt: whole files first, a large file at its hunks, a large hunk at its lines. */
import type { FileDiff, Hunk } from "../git/diff.ts";

/** Characters of a part, and how many parts a review has at most. */
export const PART_CHARACTERS = 60_000;
export const MAX_PARTS = 12;

export interface DiffPart {
  text: string;
  paths: Set<string>;
}

export interface PartedDiff {
  parts: DiffPart[];
  /** Of what did not fit, wholly or in part: path and why. */
  left: Map<string, string>;
}

interface Piece {
  path: string;
  text: string;
}

export function partsOf(files: readonly FileDiff[]): PartedDiff {
  const parts: DiffPart[] = [];
  const left = new Map<string, string>();
  for (const { path, text } of files.flatMap((file) => piecesOf(file, left))) {
    const last = parts.at(-1);
    const fits = last !== undefined && last.text.length + text.length + 1 <= PART_CHARACTERS;
    if (fits) {
      last.text += `\n${text}`;
      last.paths.add(path);
    } else if (parts.length < MAX_PARTS) parts.push({ text, paths: new Set([path]) });
    else if (!left.has(path))
      left.set(path, `the diff is larger than ${MAX_PARTS} parts of ${PART_CHARACTERS} characters`);
  }
  return { parts, left };
}

function piecesOf(file: FileDiff, left: Map<string, string>): Piece[] {
  const { path, header, hunks } = file;
  const whole = [header, ...hunks.map(hunkText)].join("\n");
  if (whole.length <= PART_CHARACTERS) return [{ path, text: whole }];
  const room = PART_CHARACTERS - header.length - 200;
  const pieces = hunks.flatMap((hunk) => splitHunk(hunk, room)).map((hunk) => hunkText(hunk));
  const fitting = pieces.filter((text) => text.length <= room);
  if (fitting.length < pieces.length) left.set(path, "it has lines that are longer than a part");
  return gathered(fitting, room).map((text) => ({ path, text: `${header}\n${text}` }));
}

/** Neighbours together, as many as fit. */
function gathered(texts: readonly string[], room: number): string[] {
  const all: string[] = [];
  for (const text of texts) {
    const last = all.at(-1);
    if (last !== undefined && last.length + text.length + 1 <= room) all[all.length - 1] = `${last}\n${text}`;
    else all.push(text);
  }
  return all;
}

function splitHunk(hunk: Hunk, room: number): Hunk[] {
  if (hunkText(hunk).length <= room) return [hunk];
  const all: Hunk[] = [];
  let { before, after } = hunk;
  let size = room;
  for (const line of hunk.lines) {
    const last = all.at(-1);
    size += line.length + 1;
    if (last !== undefined && size <= room) last.lines.push(line);
    else {
      all.push({ header: "", before, after, lines: [line] });
      // The header of the new hunk, with room for large numbers.
      size = 60 + line.length;
    }
    if (!line.startsWith("+") && !line.startsWith("\\")) before += 1;
    if (!line.startsWith("-") && !line.startsWith("\\")) after += 1;
  }
  return all.map((piece) => ({ ...piece, header: headerOf(piece) }));
}

function headerOf({ before, after, lines }: Hunk): string {
  const count = (other: string): number =>
    lines.filter((line) => !line.startsWith(other) && !line.startsWith("\\")).length;
  return `@@ -${before},${count("+")} +${after},${count("-")} @@`;
}

function hunkText({ header, lines }: Hunk): string {
  return [header, ...lines].join("\n");
}
