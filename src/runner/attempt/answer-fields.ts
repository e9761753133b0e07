/** The fields of an agent's JSON, read as leniently as their meaning is clear: numbers as strings, ranges, a missing text. */
import { z } from "zod";
import { head, plainText } from "../plain-text.ts";

/** Longer texts are cut; who wants more reads the code. */
const MAX_TEXT = 4000;
const MAX_TITLE = 300;
const MAX_PATH = 4096;

/** A text that may be missing; a list of texts is one per line. */
export const Words = z
  .union([
    z.string(),
    z.number().transform(String),
    z.array(z.string()).transform((lines) => lines.join("\n")),
  ])
  .nullish()
  .transform((text) => head(plainText(text ?? "").trim(), MAX_TEXT));

export const Title = z
  .string()
  .transform((text) => head(plainText(text).replace(/\s+/g, " ").trim(), MAX_TITLE))
  .pipe(z.string().min(1));

/** As git writes it, from the root of the repository. */
export const Path = z
  .string()
  .transform((text) => text.trim().replace(/^(?:\.\/)+/, ""))
  .pipe(z.string().min(1).max(MAX_PATH));

/** `12`, `"12"`, `"L12"`, `"12-15"`, `"L12-L15"`; zero, nothing and an empty text mean the file as a whole. */
export const Lines = z
  .union([
    z.number().int().nonnegative(),
    z.string().regex(/^\s*(?:L?\d{1,9}(?:\s*[-–:]\s*L?\d{1,9})?)?\s*$/i, "give a line number"),
  ])
  .nullish()
  .transform(linesOf);

/** `F3`, `f3`, `3`. */
export const Id = z.union([z.string(), z.number()]).transform((id) =>
  String(id)
    .trim()
    .toUpperCase()
    .replace(/^(?=\d+$)/, "F"),
);

export const YesNo = z.union([
  z.boolean(),
  z
    .string()
    .toLowerCase()
    .pipe(z.enum(["true", "false", "yes", "no"]))
    .transform((word) => word === "true" || word === "yes"),
]);

/** 1-based; `end` is null where only one line is named. */
export interface LineRange {
  first: number | null;
  end: number | null;
}

function linesOf(value: number | string | null | undefined): LineRange {
  const [first = 0, last = first] = (String(value ?? "").match(/\d+/g) ?? []).map(Number);
  if (first === 0) return { first: null, end: null };
  return { first: Math.min(first, last), end: last === first ? null : Math.max(first, last) };
}
