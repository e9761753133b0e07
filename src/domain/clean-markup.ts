/** The cleaner's view of Markdown: takes out what GitHub's page does not show, and leaves code as it is. */
import { blocksOf, type Block, type Line } from "./clean-blocks.ts";
import { add, foldLookAlikes, isHidden, type Tally } from "./clean-characters.ts";
import { definitionAt, normalLabel, targetAt } from "./clean-links.ts";
import { readTag, type TagReader } from "./clean-tags.ts";

/** Where each defined label leads; null: nowhere that can be followed. */
type Definitions = ReadonlyMap<string, string | null>;

const PLAIN = /[^\\`<[\]!&]+/y;
const ENTITY = /&(?:#[xX]([0-9A-Fa-f]{1,8})|#([0-9]{1,8})|([A-Za-z]{2,24}));/y;
const AUTOLINK = /<(?:[A-Za-z][A-Za-z0-9+.-]{1,31}:[^\s<>]*|[\w.+-]+@[\w.-]+)>/y;
const HIDDEN_NAMES = new Set(
  "zwj zwnj lrm rlm shy ZeroWidthSpace NegativeThinSpace NegativeMediumSpace NegativeThickSpace NegativeVeryThinSpace NoBreak ApplyFunction af InvisibleTimes it InvisibleComma ic".split(
    " ",
  ),
);
/** What says no more than that there is a picture. */
const EMPTY_ALT = /^\s*(?:image|screenshot)?\d{0,4}\s*$/i;
const TABLE = /^ {0,3}\|?\s*:?-+:?\s*(?:\|\s*:?-+:?\s*)*\|?\s*$/;

/** Reads the text once; a second reading may find what only came together by the first. */
export function cleanMarkup(text: string, tally: Tally): string {
  const { blocks } = blocksOf(text);
  const shown = withoutUnreadNotes(blocks, tally);
  const definitions = new Map<string, string | null>();
  const defining = shown.map((block) => withoutDefinitions(block, definitions));
  const used = new Set<string>();
  const cleaned: string[] = [];
  for (const { block } of defining) {
    if (block.lines.length === 0) continue;
    const { text: words, swallows } = cleanBlock(block, { tally, definitions, used });
    cleaned.push(words);
    // Raw HTML that nothing ends takes the rest of the page with it.
    if (swallows) break;
  }
  for (const { label, hasTitle } of defining.flatMap(({ found }) => found)) {
    if (!used.has(label)) add(tally, "link definition");
    else if (hasTitle) add(tally, "link title");
  }
  return cleaned.join("\n");
}

/** GitHub shows a footnote only where the text outside the footnotes points to it. */
function withoutUnreadNotes(blocks: Block[], tally: Tally): Block[] {
  if (!blocks.some(({ note }) => note !== null)) return blocks;
  const read = new Set(
    blocks
      .filter(({ kind, note }) => kind === "text" && note === null)
      .flatMap(({ lines }) => [
        ...rawOf(lines)
          .replace(/(`+)[^`]*\1/g, "")
          .matchAll(/\[\^([^\]\s]{1,200})\]/g),
      ])
      .map((match) => (match[1] ?? "").toLowerCase()),
  );
  const unread = new Set(blocks.flatMap(({ note }) => (note !== null && !read.has(note) ? [note] : [])));
  if (unread.size > 0) add(tally, "footnote", unread.size);
  return blocks.filter(({ note }) => note === null || !unread.has(note));
}

function withoutDefinitions(
  block: Block,
  definitions: Map<string, string | null>,
): { block: Block; found: { label: string; hasTitle: boolean }[] } {
  const found: { label: string; hasTitle: boolean }[] = [];
  if (block.kind !== "text") return { block, found };
  const text = block.lines.map(({ content }) => content).join("\n");
  let at = 0;
  for (;;) {
    const definition = definitionAt(text, at);
    if (definition === null) break;
    const { label, url, hasTitle, end } = definition;
    if (!definitions.has(label)) definitions.set(label, url);
    found.push({ label, hasTitle });
    at = end + 1;
  }
  const gone = at === 0 ? 0 : text.slice(0, at - 1).split("\n").length;
  return { block: { ...block, lines: block.lines.slice(gone) }, found };
}

interface Around {
  tally: Tally;
  definitions: Definitions;
  /** Labels that something shown refers to. */
  used: Set<string>;
}

function cleanBlock({ kind, lines }: Block, around: Around): { text: string; swallows: boolean } {
  if (kind === "code") return { text: rawOf(lines), swallows: false };
  if (kind === "html") return cleanInline(rawOf(lines), { ...around, isMarkdown: false });
  const markdown = (text: string): string => cleanInline(text, { ...around, isMarkdown: true }).text;
  const ruler = lines.findIndex(({ raw, content }, n) => n > 0 && raw.includes("|") && TABLE.test(content));
  if (ruler === -1) return { text: markdown(rawOf(lines)), swallows: false };
  const before = ruler > 1 ? [markdown(rawOf(lines.slice(0, ruler - 1)))] : [];
  // No code and no comment goes over the edge of a cell.
  const rows = lines.slice(ruler - 1).map(({ raw }) =>
    raw
      .split(/(?<!\\)\|/)
      .map(markdown)
      .join("|"),
  );
  return { text: [...before, ...rows].join("\n"), swallows: false };
}

interface Opener {
  isImage: boolean;
  /** How many pieces stood before it. */
  before: number;
  /** Where its words begin. */
  at: number;
}

interface Reading extends Around {
  text: string;
  isMarkdown: boolean;
  out: string[];
  openers: Opener[];
  /** Openers of links before this one are words only, for a link holds no other. */
  floor: number;
}

function cleanInline(
  text: string,
  { isMarkdown, ...around }: Around & { isMarkdown: boolean },
): { text: string; swallows: boolean } {
  if (!/[\\`<[\]!&]|[^ -~\n]/.test(text)) return { text, swallows: false };
  const reading: Reading = { ...around, text, isMarkdown, out: [], openers: [], floor: 0 };
  const tags: TagReader = { text, isRaw: !isMarkdown, lower: null, work: 0, swallows: false };
  const ticks = isMarkdown ? ticksOf(text) : new Map<number, number>();
  let at = 0;
  while (at < text.length) {
    PLAIN.lastIndex = at;
    const plain = PLAIN.exec(text)?.[0];
    if (plain !== undefined) {
      reading.out.push(foldLookAlikes(plain, around.tally));
      at += plain.length;
      continue;
    }
    const character = text.charAt(at);
    const end = ticks.get(at);
    if (character === "`" && end !== undefined) at = say(reading, at, end);
    else if (character === "\\" && isMarkdown)
      at = say(reading, at, at + (/[!-/:-@[-`{-~]/.test(text.charAt(at + 1)) ? 2 : 1));
    else if (character === "<") at = readAngle(reading, tags, at);
    else if (character === "&") at = readEntity(reading, at);
    else if (isMarkdown && (character === "[" || text.startsWith("![", at))) at = open(reading, at);
    else if (isMarkdown && character === "]") at = close(reading, at);
    else at = say(reading, at, at + 1);
  }
  return { text: reading.out.join(""), swallows: tags.swallows };
}

function say({ out, text }: Reading, from: number, to: number): number {
  out.push(text.slice(from, to));
  return to;
}

/** Where the code that begins at a place ends; a run of marks that nothing closes ends where it ends itself. */
function ticksOf(text: string): Map<number, number> {
  const ends = new Map<number, number>();
  const next = new Map<number, number>();
  const runs = [...text.matchAll(/`+/g)];
  for (const { 0: run, index } of runs.toReversed()) {
    const closer = next.get(run.length);
    ends.set(index, closer === undefined ? index + run.length : closer + run.length);
    next.set(run.length, index);
  }
  return ends;
}

function readAngle(reading: Reading, tags: TagReader, at: number): number {
  const { text, isMarkdown, out, tally } = reading;
  AUTOLINK.lastIndex = at;
  if (isMarkdown && AUTOLINK.test(text)) return say(reading, at, AUTOLINK.lastIndex);
  const piece = readTag(tags, at, tally);
  if (piece === null) return say(reading, at, at + 1);
  out.push(piece.shown);
  return piece.end;
}

function readEntity(reading: Reading, at: number): number {
  ENTITY.lastIndex = at;
  const [whole, hex, decimal, name] = ENTITY.exec(reading.text) ?? [];
  if (whole === undefined) return say(reading, at, at + 1);
  const code = hex === undefined ? Number(decimal) : Number.parseInt(hex, 16);
  if (name === undefined ? !isHidden(code) : !HIDDEN_NAMES.has(name))
    return say(reading, at, at + whole.length);
  add(reading.tally, "hidden entity");
  return at + whole.length;
}

function open(reading: Reading, at: number): number {
  const isImage = reading.text.charAt(at) === "!";
  const end = at + (isImage ? 2 : 1);
  reading.openers.push({ isImage, before: reading.out.length, at: end });
  return say(reading, at, end);
}

/** A `]`: with what follows it, the end of a link or a picture, or just a bracket. */
function close(reading: Reading, at: number): number {
  const { text, out, openers, tally } = reading;
  const opener = openers.pop();
  const isWord = !opener || (!opener.isImage && openers.length < reading.floor);
  reading.floor = Math.min(reading.floor, openers.length);
  if (isWord) return say(reading, at, at + 1);
  const direct = targetAt(text, at + 1);
  const target = direct ?? referenceAt(reading, opener.at, at);
  if (target === null) return say(reading, at, at + 1);
  const words = out.slice(opener.before + 1).join("");
  if (!opener.isImage) reading.floor = openers.length;
  if (!opener.isImage && words.trim() === "") {
    add(tally, "empty link");
    out.length = opener.before;
    return target.end;
  }
  if (opener.isImage && !EMPTY_ALT.test(words)) {
    add(tally, "image text");
    out.length = opener.before + 1;
  }
  if (target.hasTitle) add(tally, "link title");
  if (target.url === null) add(tally, "link target");
  const isAsWritten = direct !== null && !target.hasTitle && target.url !== null;
  out.push(isAsWritten ? text.slice(at, target.end) : `](${written(target.url ?? "")})`);
  return target.end;
}

/** `[words][label]`, `[label][]` or `[label]`, where the label is defined. */
function referenceAt(
  { text, definitions, used }: Reading,
  from: number,
  at: number,
): { url: string | null; hasTitle: boolean; end: number } | null {
  if (definitions.size === 0) return null;
  const named = /\[((?:[^[\]\\]|\\[\s\S]){0,999})\]/y;
  named.lastIndex = at + 1;
  const label = named.exec(text)?.[1];
  const words = at - from <= 999 ? text.slice(from, at) : "";
  const key = normalLabel(label === undefined || label.trim() === "" ? words : label);
  const url = definitions.get(key);
  if (url === undefined) return null;
  used.add(key);
  return { url, hasTitle: false, end: label === undefined ? at + 1 : named.lastIndex };
}

function written(url: string): string {
  return /[()\\]/.test(url) ? `<${url}>` : url;
}

function rawOf(lines: readonly Line[]): string {
  return lines.map(({ raw }) => raw).join("\n");
}
