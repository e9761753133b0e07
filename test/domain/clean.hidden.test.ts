/** Text that people cannot see on GitHub's page does not reach an agent. */
import { describe, expect, it } from "vitest";
import { cleanIncoming, cleanPlain } from "../../src/domain/clean.ts";
import { HIDDEN_TEXTS } from "./hidden-text.ts";

describe("hidden text", () => {
  it.each(HIDDEN_TEXTS)("$name: an agent gets what a reader sees", ({ text, gets, what }) => {
    const { text: cleaned, removed } = cleanIncoming(text);

    expect(cleaned).toBe(gets);
    expect(removed.some((removal) => removal.what === what)).toBe(what !== null);
    expect(removed.length > 0).toBe(what !== null);
  });

  it.each(HIDDEN_TEXTS)("$name: nothing is left to take out", ({ gets }) => {
    expect(cleanIncoming(gets)).toEqual({ text: gets, removed: [] });
  });

  it("counts each kind once, with how often", () => {
    expect(cleanIncoming("a<!-- x -->b<!-- y -->\u200Bc").removed).toEqual([
      { what: "invisible character", count: 1 },
      { what: "HTML comment", count: 2 },
    ]);
  });

  it("says how much was over the limit, and never cuts a character in two", () => {
    expect(cleanIncoming("abc\u{1F600}", 4)).toEqual({
      text: "abc",
      removed: [{ what: "character over the limit", count: 2 }],
    });
  });

  it("leaves markup alone where GitHub shows it as it is", () => {
    expect(cleanPlain("List<String> <b title='c'> <!-- a\u200B")).toEqual({
      text: "List<String> <b title='c'> <!-- a",
      removed: [{ what: "invisible character", count: 1 }],
    });
  });
});
