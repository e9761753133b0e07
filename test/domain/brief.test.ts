/** The hash of a brief: of everything an agent reads, and of nothing else. */
import { expect, it } from "vitest";
import { Brief, briefHash } from "../../src/domain/brief.ts";
import { ANNA, GUEST, NOW } from "./snapshots.ts";

const COMMENT = { by: ANNA, at: NOW, body: "Empty input too." };
const WORDS = { title: "Fix the parser", body: "It fails.", comments: [COMMENT] };

it("is one that a record can hold, and the same for the same words", () => {
  const brief = { ...WORDS, hash: briefHash(WORDS), removed: [{ what: "HTML comment", count: 1 }] };

  expect(Brief.parse(brief)).toEqual(brief);
  expect(briefHash(structuredClone(WORDS))).toBe(brief.hash);
  expect(briefHash({ ...WORDS, comments: [{ ...COMMENT, by: { ...ANNA, login: "renamed" } }] })).toBe(
    brief.hash,
  );
});

it.each([
  ["title", { ...WORDS, title: "Fix the lexer" }],
  ["body", { ...WORDS, body: "It fails still." }],
  ["a comment's words", { ...WORDS, comments: [{ ...COMMENT, body: "No." }] }],
  ["a comment's author", { ...WORDS, comments: [{ ...COMMENT, by: GUEST }] }],
  ["a comment's time", { ...WORDS, comments: [{ ...COMMENT, at: "2026-03-01T12:00:01Z" }] }],
  ["the number of comments", { ...WORDS, comments: [COMMENT, COMMENT] }],
])("is another with another %s", (_, words) => {
  expect(briefHash(words)).not.toBe(briefHash(WORDS));
});

it.each([
  ["a key that nobody knows", { more: 1 }],
  ["a removal that took nothing away", { removed: [{ what: "x", count: 0 }] }],
  ["a removal with a key that nobody knows", { removed: [{ what: "x", count: 1, more: 1 }] }],
  ["a comment without a time", { comments: [{ by: ANNA, body: "" }] }],
])("refuses %s", (_, change) => {
  expect(Brief.safeParse({ ...WORDS, hash: briefHash(WORDS), removed: [], ...change }).success).toBe(false);
});
