/** HTML inside a text: what GitHub shows of a tag, and where a hidden piece of it ends. */
import { add, type Tally } from "./clean-characters.ts";
import { safe } from "./clean-links.ts";

/** The tags that GitHub keeps; it takes all others out and shows what stands between them. */
const SHOWN = new Set(
  "a abbr b bdo blockquote br caption center cite code dd del details dfn div dl dt em figcaption figure h1 h2 h3 h4 h5 h6 h7 h8 hr i img ins kbd li mark ol p picture pre q rt ruby s samp small source span strike strong sub summary sup table tbody td tfoot th thead time tr tt u ul var wbr".split(
    " ",
  ),
);

/** Elements of which nothing is shown, or which not every page shows. */
const SWALLOWED = new Set(["rp", "script", "style", "template"]);

/** Not shown either, but stack traces are full of them and they say nothing. */
const IN_TRACES = new Set(["anonymous", "clinit", "init", "lambda", "module", "native", "stdin", "unknown"]);

/** Attributes that change what is seen or where a click leads; the words of all others are hidden. */
const ATTRIBUTES: { [name: string]: RegExp } = {
  align: /^(?:left|right|center|justify|top|middle|bottom)$/i,
  alt: /^(?:image|screenshot)?\d{0,4}$/i,
  border: /^\d{1,4}$/,
  colspan: /^\d{1,4}$/,
  height: /^\d{1,5}(?:px|%)?$/,
  open: /^(?:open|true)?$/i,
  rowspan: /^\d{1,4}$/,
  start: /^\d{1,9}$/,
  valign: /^(?:top|middle|bottom|baseline)$/i,
  width: /^\d{1,5}(?:px|%)?$/,
};

const OPENING = /<([A-Za-z][A-Za-z0-9-]*)/y;
const CLOSING = /<\/([A-Za-z][A-Za-z0-9-]*)\s*>/y;
const ATTRIBUTE = /\s+([A-Za-z_:][\w.:-]*)(?:\s*=\s*(?:([^\s"'=<>`]+)|'([^']*)'|"([^"]*)"))?/y;
const END = /\s*\/?>/y;

/** What stays of a tag, and where reading goes on. */
interface Piece {
  shown: string;
  end: number;
}

/** A reader of one text; `work` bounds what tags that never close can cost. */
export interface TagReader {
  text: string;
  /** The text goes to the page as it is: whatever a browser takes for a tag is one. */
  isRaw: boolean;
  /** The text in small letters, once it is needed. */
  lower: string | null;
  work: number;
  /** Something that never ends hides the rest of the page. */
  swallows: boolean;
}

/** What a reader sees of the markup that begins with the `<` at `at`; null: it is a plain sign. */
export function readTag(reader: TagReader, at: number, tally: Tally): Piece | null {
  return (
    comment(reader, at, tally) ??
    instruction(reader, at, tally) ??
    closing(reader, at, tally) ??
    opening(reader, at, tally) ??
    loose(reader, at, tally)
  );
}

/** One that never ends goes on to the end of its block. */
function comment(reader: TagReader, at: number, tally: Tally): Piece | null {
  const { text } = reader;
  if (!text.startsWith("<!--", at)) return null;
  add(tally, "HTML comment");
  const short = /<!--(?:-?>)/y;
  short.lastIndex = at;
  if (short.test(text)) return { shown: "", end: short.lastIndex };
  const end = text.indexOf("-->", at + 4);
  return upTo(reader, end === -1 ? null : end + 3);
}

/** Declarations, CDATA and processing instructions. */
function instruction(reader: TagReader, at: number, tally: Tally): Piece | null {
  const { text } = reader;
  const mark =
    ["<?", "<![CDATA["].find((start) => text.startsWith(start, at)) ??
    (/^<![A-Za-z]/.test(text.slice(at, at + 3)) ? "<!" : null);
  if (mark === null) return null;
  const close = mark === "<?" ? "?>" : mark === "<!" ? ">" : "]]>";
  const end = text.indexOf(close, at + mark.length);
  add(tally, "HTML declaration");
  return upTo(reader, end === -1 ? null : end + close.length);
}

function closing({ text }: TagReader, at: number, tally: Tally): Piece | null {
  CLOSING.lastIndex = at;
  const found = CLOSING.exec(text);
  if (!found) return null;
  if (SHOWN.has(found[1]?.toLowerCase() ?? "")) return { shown: found[0], end: CLOSING.lastIndex };
  add(tally, "HTML tag");
  return { shown: "", end: CLOSING.lastIndex };
}

function opening(reader: TagReader, at: number, tally: Tally): Piece | null {
  const { text } = reader;
  OPENING.lastIndex = at;
  const name = OPENING.exec(text)?.[1]?.toLowerCase();
  if (name === undefined) return null;
  let end = OPENING.lastIndex;
  const kept: string[] = [];
  let hidden = 0;
  for (;;) {
    ATTRIBUTE.lastIndex = end;
    const found = ATTRIBUTE.exec(text);
    if (!found) break;
    end = ATTRIBUTE.lastIndex;
    const [whole, key = "", ...values] = found;
    if (isShown(name, key.toLowerCase(), values.find((value) => value !== undefined) ?? "")) kept.push(whole);
    else hidden += 1;
  }
  END.lastIndex = end;
  if (!END.test(text)) {
    reader.work += end - at;
    // Broken markup without end: nobody writes so much of it by chance.
    return reader.work > 8 * text.length + 10_000 ? { shown: "‹", end: at + 1 } : null;
  }
  const close = END.lastIndex;
  if (SWALLOWED.has(name)) {
    reader.lower ??= text.toLowerCase();
    const last = reader.lower.indexOf(`</${name}`, close);
    add(tally, "HTML element");
    return { shown: "", end: last === -1 ? close : last };
  }
  if (!SHOWN.has(name) && !(IN_TRACES.has(name) && kept.length + hidden === 0)) {
    add(tally, "HTML tag");
    return { shown: "", end: close };
  }
  if (hidden === 0) return { shown: text.slice(at, close), end: close };
  add(tally, "HTML attribute", hidden);
  return {
    shown: `${text.slice(at, at + name.length + 1)}${kept.join("")}${text.slice(end, close)}`,
    end: close,
  };
}

/** What only a browser takes for a tag: it reads on to the next `>` outside quotes. */
function loose(reader: TagReader, at: number, tally: Tally): Piece | null {
  const { text, isRaw } = reader;
  if (!isRaw || !/^<\/?[A-Za-z]/.test(text.slice(at, at + 3))) return null;
  const rest = /[^>=]*(?:=(?:\s*"[^"]*"|\s*'[^']*'|(?!\s*["']))[^>=]*)*>/y;
  rest.lastIndex = at;
  add(tally, "HTML tag");
  return upTo(reader, rest.test(text) ? rest.lastIndex : null);
}

function upTo(reader: TagReader, end: number | null): Piece {
  if (end === null && reader.isRaw) reader.swallows = true;
  return { shown: "", end: end ?? reader.text.length };
}

function isShown(tag: string, name: string, value: string): boolean {
  if ((name === "href" && tag === "a") || (name === "src" && tag === "img")) return safe(value) !== null;
  return Object.hasOwn(ATTRIBUTES, name) && (ATTRIBUTES[name]?.test(value) ?? false);
}
