/** The cleaner's view of single characters: takes out those that no reader sees, and bounds what floods a line. */

/** What was taken out, and how often, by the name that the receipt shows. */
export type Tally = Map<string, number>;

/** Combining marks on one letter; the scripts that stack the most need fewer. */
const MAX_MARKS = 6;
/** Longer lines than these are data, not words. */
const MAX_LINE = 10_000;

/** The signs of Indic scripts that take a letter's vowel; a joiner after one changes how the letters are drawn. */
const VIRAMA = String.raw`[\u094D\u09CD\u0A4D\u0ACD\u0B4D\u0BCD\u0C4D\u0CCD\u0D4D\u0DCA]`;

/** What the first group of `pattern` holds stays. */
interface Hidden {
  what: string;
  pattern: RegExp;
}

/** In the order in which they are taken out. */
const HIDDEN: Hidden[] = [
  { what: "broken character", pattern: /\p{Surrogate}|\p{Noncharacter_Code_Point}/gu },
  { what: "control character", pattern: /[\p{Cc}--[\t\n]]/gv },
  { what: "direction override", pattern: /\p{Bidi_Control}/gu },
  {
    what: "tag character",
    pattern:
      /(\u{1F3F4}\u{E0067}\u{E0062}(?:\u{E0065}\u{E006E}\u{E0067}|\u{E0073}\u{E0063}\u{E0074}|\u{E0077}\u{E006C}\u{E0073})\u{E007F})|[\u{E0000}-\u{E007F}]/gu,
  },
  {
    // All but the two that choose between text and picture form, after a character that has both.
    what: "variation selector",
    pattern: /[\uFE00-\uFE0D\u{E0100}-\u{E01EF}\u180B-\u180F]|(?<!\p{Emoji})[\uFE0E\uFE0F]/gu,
  },
  {
    what: "invisible character",
    pattern:
      /[[\p{Default_Ignorable_Code_Point}\u2800\uFFF9-\uFFFC]--[\uFE0E\uFE0F\p{Join_Control}\u{E0000}-\u{E007F}]]/gv,
  },
  // Joiners stay where they join: in emoji of several parts, between Arabic letters, after an Indic virama.
  {
    what: "invisible character",
    pattern: new RegExp(String.raw`(?<!\p{Script=Arabic}\p{M}?|${VIRAMA})\u200C|\u200C(?!\p{L})`, "gu"),
  },
  {
    what: "invisible character",
    pattern: new RegExp(
      String.raw`(?<!\p{Extended_Pictographic}(?:\uFE0F|\p{Emoji_Modifier})?|${VIRAMA})\u200D|\u200D(?![\p{Extended_Pictographic}\p{L}])`,
      "gu",
    ),
  },
];

/** The marks of one letter that are too many. */
const FLOOD: Hidden = {
  what: "combining mark",
  pattern: new RegExp(String.raw`((?<!\p{M})\p{M}{${MAX_MARKS}})\p{M}+`, "gu"),
};

/** Letters that look like a Latin one, by that one. */
const LOOK_ALIKES: { [latin: string]: string } = {
  a: "аɑ",
  c: "сϲ",
  d: "ԁ",
  e: "еҽ",
  g: "ɡ",
  h: "һ",
  i: "іι",
  j: "јϳ",
  l: "ӏ",
  n: "ո",
  o: "оοօ",
  p: "рρ",
  q: "ԛ",
  s: "ѕ",
  u: "ս",
  v: "νѵ",
  w: "ԝ",
  x: "хχ",
  y: "уү",
  A: "АΑ",
  B: "ВΒ",
  C: "СϹ",
  E: "ЕΕ",
  H: "НΗ",
  I: "ІΙӀ",
  J: "ЈͿ",
  K: "КΚ",
  M: "МΜ",
  N: "Ν",
  O: "ОΟՕ",
  P: "РΡ",
  S: "ЅՏ",
  T: "ТΤ",
  X: "ХΧ",
  Y: "ҮΥ",
  Z: "Ζ",
};

const LATIN = new Map(
  Object.entries(LOOK_ALIKES).flatMap(([latin, letters]) => [...letters].map((letter) => [letter, latin])),
);

const OF_OTHER_SCRIPTS = /[^\p{Script=Latin}\p{Script=Common}\p{Script=Inherited}]/u;

/** Text in which there is nothing to clean, as most is. */
const PLAIN = /^[\t\n -~]*$/;

/** NFC, Unix line ends, and nothing that a reader does not see. */
export function cleanCharacters(text: string, tally: Tally): string {
  if (text.length <= MAX_LINE && PLAIN.test(text)) return text;
  let cleaned = text.replace(/\r\n?|[\u2028\u2029]/g, "\n");
  for (const hidden of HIDDEN) cleaned = remove(cleaned, tally, hidden);
  cleaned = remove(cleaned.normalize("NFC"), tally, FLOOD);
  return cleaned
    .split("\n")
    .map((line) => shortened(line, tally))
    .join("\n");
}

/** Latin words with letters of other alphabets in them that only look Latin; a word that is honestly of another alphabet stays. */
export function foldLookAlikes(text: string, tally: Tally): string {
  if (PLAIN.test(text)) return text;
  return text.replace(/[\p{L}\p{M}\p{N}_]+/gu, (word) => {
    // Shorter ones are formulas and units more often than tricks.
    if (word.length < 4 || !/[A-Za-z]/.test(word)) return word;
    const letters = [...word];
    const foreign = letters.filter((letter) => LATIN.has(letter)).length;
    const isHonest = letters.some((letter) => !LATIN.has(letter) && OF_OTHER_SCRIPTS.test(letter));
    if (foreign === 0 || isHonest) return word;
    add(tally, "look-alike letter", foreign);
    return letters.map((letter) => LATIN.get(letter) ?? letter).join("");
  });
}

/** Whether a reader of the page sees nothing of this character. */
export function isHidden(codePoint: number): boolean {
  const isText = codePoint > 0 && codePoint <= 0x10ffff;
  return !isText || cleanCharacters(String.fromCodePoint(codePoint), new Map()) === "";
}

export function add(tally: Tally, what: string, count = 1): void {
  tally.set(what, (tally.get(what) ?? 0) + count);
}

/** At most `limit` UTF-16 units, never half a character. */
export function cutAt(text: string, limit: number): string {
  if (text.length <= limit) return text;
  const end = /[\uD800-\uDBFF]/.test(text.charAt(limit - 1)) ? limit - 1 : limit;
  return text.slice(0, Math.max(0, end));
}

function remove(text: string, tally: Tally, { what, pattern }: Hidden): string {
  let count = 0;
  const cleaned = text.replace(pattern, (whole: string, kept: unknown) => {
    if (typeof kept === "string") {
      count += [...whole].length - [...kept].length;
      return kept;
    }
    count += 1;
    return "";
  });
  if (count > 0) add(tally, what, count);
  return cleaned;
}

function shortened(line: string, tally: Tally): string {
  if (line.length <= MAX_LINE) return line;
  const cut = cutAt(line, MAX_LINE);
  add(tally, "character of an overlong line", line.length - cut.length);
  return cut;
}
