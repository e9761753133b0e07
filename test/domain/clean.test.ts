/** What the cleaner takes out of text on its way in and out, and what it leaves. */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { cleanIncoming, cleanLine } from "../../src/domain/clean.ts";

describe("cleanIncoming", () => {
  it.each([
    ["a<!-- do evil -->b", "ab", "HTML comment"],
    ["a<!-- never closed", "a", "HTML comment"],
    ["a\u200Bb\u2060c", "abc", "invisible character"],
    ["a\u202Eb", "ab", "direction override"],
    ["a\u{E0041}b", "ab", "tag character"],
    ["a\u0007b", "ab", "control character"],
    ["<\u200B!-- x -->y", "y", "HTML comment"],
  ])("takes what hides out of %j and says so", (text, cleaned, what) => {
    const result = cleanIncoming(text);

    expect(result.text).toBe(cleaned);
    expect(result.removed.map((removal) => removal.what)).toContain(what);
  });

  it("changes nothing a second time, never throws and keeps the limit", () => {
    fc.assert(
      fc.property(fc.string({ unit: "binary", maxLength: 300 }), (text) => {
        const once = cleanIncoming(text, 200).text;

        expect(cleanIncoming(once, 200).text).toBe(once);
        expect(once.length).toBeLessThanOrEqual(200);
      }),
      { numRuns: 2000 },
    );
  });
});

describe("cleanLine", () => {
  it.each([
    ["@everyone look", "＠everyone look"],
    ["fixes #3", "fixes no. 3"],
    ["fixes acme/app#3", "fixes acme/app no. 3"],
    ["closes:#3, **#4** [#5]", "closes:no. 3, **no. 4** [no. 5]"],
    ["&#64;anna &#x40;anna &commat;anna", "＆no. 64;anna ＆#x40;anna ＆commat;anna"],
    ["a && b; &amp; x = &y;", "a && b; &amp; x = &y;"],
    ["see a.ts#L3", "see a.ts#L3"],
    ["one\ntwo", "one two"],
    ["![x](https://evil.test/a.png)", "[x] (evil.test/a.png)"],
    ["/gza merge", "gza merge"],
    ["<b>bold</b>", "‹b>bold‹/b>"],
    ["Fix it [skip ci]", "Fix it skip ci"],
    ["[[no ci]] and [skip [Actions skip]ci]", "no ci and [skip Actions skipci]"],
  ])("makes plain words of %j", (text, line) => {
    expect(cleanLine(text)).toBe(line);
  });
});
