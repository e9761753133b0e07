/** The cleaner under arbitrary text: it never throws, is bounded, and cleaning twice changes nothing. */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { blocksOf } from "../../src/domain/clean-blocks.ts";
import { cleanIncoming, cleanLine, cleanPlain, cleanText } from "../../src/domain/clean.ts";
import { HIDDEN_TEXTS } from "./hidden-text.ts";
import { HONEST_TEXTS } from "./honest-text.ts";

/** Pieces that mean something only together. */
const PIECES =
  '<!--|-->|<!|--|<|>|<b |title="|\'|"|=|<div>|</div>|<script>|[|]|![|](|)|(|[a]: |[^a]|[^a]: |b|a|\n|\n\n|    |\t|> |- |1. |`|```|~~~|```mermaid|\\|&|&#|8203;|&#8203;|&zwj;|&commat;|;|#|1|@|anna|GH-|fixes |https://|http|://|//|www.|www|/gza|/|gza|/merge |acme/app|<!-- gza:x -->|| a ||---||\u200B|\u200C|\u200D|\uFE0F|\u202E|\u{E0065}|\u{1F3F4}|\u{1F468}|\u0301|e|\u0430|\uD800|\uDC00|\u1100|\u1161|\u0645|\r|\u2028|\u0000| '.split(
    "|",
  );

const nasty = fc
  .array(
    fc.oneof(
      { weight: 8, arbitrary: fc.constantFrom(...PIECES, "|") },
      { weight: 1, arbitrary: fc.constantFrom(...HIDDEN_TEXTS.map(({ text }) => text.slice(0, 80))) },
      { weight: 1, arbitrary: fc.string({ unit: "binary", maxLength: 4 }) },
    ),
    { maxLength: 40 },
  )
  .map((pieces) => pieces.join(""));
const texts = fc.oneof(nasty, fc.string({ unit: "binary", maxLength: 200 }));
const limits = fc.oneof(fc.constant(4000), fc.integer({ min: 0, max: 60 }));
const RUNS = { numRuns: 1500 };

/** What GitHub or GZA acts on, wherever it stands. */
const ACTED_ON = [
  /@[A-Za-z0-9_-]/,
  /#\d/,
  /(?<![A-Za-z0-9])GH-\d/i,
  /<[A-Za-z/!?]/,
  /&(?:#|commat;|num;)/,
  /!\[/,
  /\][(:]/,
  /:\/\//,
  /www\.\S/i,
  /(?:^|\s)\/gza\b/i,
  /(?:`{3}|~{3})[ \t]*(?:mermaid|suggestion)\b/i,
];
const UNSEEN =
  /[\p{Bidi_Control}\u200B\u2060\u00AD\uFEFF\u3164\p{Surrogate}]|[\p{Cc}--[\n\t]]|(?<!\p{M})\p{M}{7}/v;

describe.each([
  ["cleanIncoming", (text: string, limit: number) => cleanIncoming(text, limit).text],
  ["cleanPlain", (text: string, limit: number) => cleanPlain(text, limit).text],
  ["cleanLine", cleanLine],
  ["cleanText", cleanText],
])("%s of any text", (_, clean) => {
  it("is in NFC, within its limit, free of what nobody sees, and the same when cleaned again", () => {
    fc.assert(
      fc.property(texts, limits, (text, limit) => {
        const cleaned = clean(text, limit);

        expect(cleaned.length).toBeLessThanOrEqual(limit);
        expect(cleaned).toBe(cleaned.normalize("NFC"));
        expect(cleaned).not.toMatch(UNSEEN);
        expect(clean(cleaned, limit)).toBe(cleaned);
      }),
      RUNS,
    );
  });

  it.each([
    "<!--",
    "<!<!-- -->-- -->",
    "[",
    "![![](a)",
    '<a b="',
    "`",
    "``` \n",
    "> ",
    "- - ",
    "&#8203;",
    "\u200D",
    "\u0301",
    "[a]: b\n",
    "|-|\n",
  ])("takes no second for a million characters of %j", (piece) => {
    const text = piece.repeat(1_000_000 / piece.length);
    // The best of three: what else the machine does is no fault of the cleaner.
    const times = [1, 2, 3].map(() => {
      const start = performance.now();
      clean(text, 4000);
      return performance.now() - start;
    });

    expect(Math.min(...times)).toBeLessThan(1000);
  });
});

describe("what goes in", () => {
  it.each(HONEST_TEXTS)("$name stays as it is", ({ text }) => {
    expect(cleanIncoming(text)).toEqual({ text, removed: [] });
  });

  it("keeps code byte for byte", () => {
    const code = fc.array(
      fc.constantFrom(...PIECES.filter((piece) => /^[ -~]*$/.test(piece) && !/`|~/.test(piece))),
    );
    fc.assert(
      fc.property(code, (pieces) => {
        const text = `a\n\n~~~\n${pieces.join("")}\n~~~\n\nb`;

        expect(cleanIncoming(text)).toEqual({ text, removed: [] });
      }),
      RUNS,
    );
  });

  it("names each kind once", () => {
    fc.assert(
      fc.property(texts, limits, (text, limit) => {
        const kinds = cleanIncoming(text, limit).removed.map(({ what }) => what);

        expect(new Set(kinds).size).toBe(kinds.length);
        expect(kinds.length).toBeLessThan(25);
      }),
    );
  });
});

describe("what goes out", () => {
  it.each([
    ["cleanLine", cleanLine],
    ["cleanText", cleanText],
  ])("%s leaves nothing to act on", (_, clean) => {
    fc.assert(
      fc.property(texts, limits, (text, limit) => {
        const said = clean(text, limit);

        for (const pattern of ACTED_ON) expect(said).not.toMatch(pattern);
      }),
      RUNS,
    );
  });

  it("is one line where one is asked for, and leaves no code block open", () => {
    fc.assert(
      fc.property(texts, limits, (text, limit) => {
        expect(cleanLine(text, limit)).not.toContain("\n");
        expect(blocksOf(cleanText(text, limit)).open).toBe(null);
      }),
      RUNS,
    );
  });
});
