/** The cleaner: takes out of foreign text what a reader cannot see, and what GitHub or GZA would act on when it is said again. */
import type { Removal } from "./brief.ts";
import { blocksOf } from "./clean-blocks.ts";
import { add, cleanCharacters, cutAt, type Tally } from "./clean-characters.ts";
import { cleanMarkup } from "./clean-markup.ts";

interface Cleaned {
  text: string;
  /** Each kind once; there are about twenty. */
  removed: Removal[];
}

/** What one reading takes away can bring something else together; honest text is settled after two. */
const MAX_READINGS = 8;

/** GitHub takes no text of more bytes. */
const MAX_READ = 262_144;

/**
 * Markdown of a person as an agent may read it: what GitHub's page shows of it, NFC, at most `limit` characters.
 * Code stays as it is written but for invisible characters. Cleaning twice changes nothing.
 */
export function cleanIncoming(text: string, limit = 60_000): Cleaned {
  return settle(text, limit, cleanMarkup);
}

/** The same for text that GitHub shows as it is, like titles and logs: only invisible characters hide there. Whole HTML comments go all the same. */
export function cleanPlain(text: string, limit = 60_000): Cleaned {
  return settle(text, limit, withoutComments);
}

/** Foreign text as GZA may say it on GitHub: nobody is mentioned, no issue is closed, nothing commands, on one line. */
export function cleanLine(text: string, limit = 200): string {
  return untilSettled(beginning(text, limit), (before) => {
    const { text: visible } = cleanPlain(before, 4 * limit);
    return cutAt(defuse(visible.replace(/\s+/g, " ").trim()), limit).trim();
  });
}

/** Foreign text of several lines as GZA may say it on GitHub; its own line breaks and code blocks stay, and an open code block is closed. */
export function cleanText(text: string, limit = 4000): string {
  return untilSettled(beginning(text, limit), (before) => {
    const { text: visible } = cleanPlain(before, 4 * limit);
    return closed(visible.split("\n").map(defuse).join("\n").trim(), limit);
  });
}

function settle(text: string, limit: number, read: (text: string, tally: Tally) => string): Cleaned {
  const tally: Tally = new Map();
  const once = (before: string): string => {
    const whole = trimmed(read(cleanCharacters(before, tally), tally).normalize("NFC"));
    const cut = cutAt(whole, limit);
    if (cut.length < whole.length) add(tally, "character over the limit", whole.length - cut.length);
    return trimmed(cut);
  };
  const whole = beginning(text, limit);
  let cleaned = once(whole);
  // What is clean already is read once.
  for (let readings = 1; cleaned !== whole; readings += 1) {
    const again = once(cleaned);
    if (again === cleaned) break;
    // Nested so deep only to outlast the cleaner: no sign of it may mean anything any more.
    cleaned = readings < MAX_READINGS ? again : again.replace(/[<[\]&`\\~]/g, " ");
  }
  return { text: cleaned, removed: [...tally].map(([what, count]) => ({ what, count })) };
}

/** Says it until saying it again changes nothing. */
function untilSettled(text: string, once: (before: string) => string): string {
  let said = once(text);
  if (said === text) return said;
  for (let readings = 1; ; readings += 1) {
    const again = once(said);
    if (again === said) return said;
    said = readings < MAX_READINGS ? again : again.replace(/[^\p{L}\p{N}\s.,]/gu, " ");
  }
}

function withoutComments(text: string, tally: Tally): string {
  const shown: string[] = [];
  let at = 0;
  for (;;) {
    const start = text.indexOf("<!--", at);
    const end = start === -1 ? -1 : text.indexOf("-->", start + 4);
    if (end === -1) return shown.join("") + text.slice(at);
    add(tally, "HTML comment");
    shown.push(text.slice(at, start));
    at = end + 3;
  }
}

/** Makes mentions, references, closing words, links, markup and commands plain words, by a change that stays readable. */
function defuse(line: string): string {
  return (
    line
      // Tags, comments and links in angle brackets; a lone sign between words or numbers is none of them.
      .replace(/<(?=[A-Za-z/!?])/g, "‹")
      .replace(/@(?=[A-Za-z0-9_-])/g, "＠")
      // GitHub reads entities first, and finds `owner/name#12` too.
      .replace(/&(?=#|(?:commat|num|sol|colon|period|lowbar|excl|lbrack|lsqb|Tab|NewLine);)/g, "＆")
      .replace(/(?<=\w)#(?=\d)/g, " no. ")
      .replace(/#(?=\d)/g, "no. ")
      .replace(/(?<![A-Za-z0-9])GH-(?=\d)/gi, "no. ")
      .replace(/https?:\/\//gi, "")
      .replace(/:\/\//g, ": //")
      .replace(/www\.(?=\S)/gi, "www. ")
      .replace(/!+(?=\[)/g, "")
      .replace(/\](?=[(:])/g, "] ")
      // GitHub draws or offers to commit what stands in such blocks.
      .replace(
        /((?<!`)`{3,}|(?<!~)~{3,})([ \t]*)(?:mermaid|geojson|topojson|stl|math|suggestion)\b/gi,
        "$1$2text",
      )
      .replace(/(^|\s)\/gza\b/gi, "$1gza")
      // In a title or text that becomes a commit's message these leave out the workflow runs of a push.
      .replace(/\[(skip ci|ci skip|no ci|skip actions|actions skip)\]/gi, "$1")
      // Commands of other bots: alone at the start of a line; a path goes on after its first name.
      .replace(/^([\s>*+-]*)\/(?=[A-Za-z][\w-]*(?:\s|$))/, "$1／")
  );
}

/** At most `limit` characters in which no code block is left open to swallow what GZA says after them. */
function closed(text: string, limit: number): string {
  for (const room of [limit, limit - 12]) {
    const cut = cutAt(text, room).trimEnd();
    const { open } = blocksOf(cut);
    const whole = open === null ? cut : `${cut}\n${open}`;
    if (whole.length <= limit) return whole;
  }
  return cutAt(text.replace(/[`~]/g, "'"), limit).trimEnd();
}

/** Without empty lines around it; the spaces that make code of the first line stay. */
function trimmed(text: string): string {
  const start = text.search(/\S/);
  const whole = start === -1 ? "" : text.slice(text.lastIndexOf("\n", start) + 1).trimEnd();
  return /^(?: {4}|\t)/.test(whole) ? whole : whole.trimStart();
}

/** More than enough to fill `limit` with what is left of it, and to hold whatever GitHub takes as one text. */
function beginning(text: string, limit: number): string {
  return cutAt(text, Math.max(2 * limit, Math.min(16 * limit, MAX_READ)));
}
