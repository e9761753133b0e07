/** The cleaner: takes out of foreign text what a reader cannot see, and what GitHub or GZA would act on when it is said again. */
import type { Removal } from "./brief.ts";

interface Cleaned {
  text: string;
  removed: Removal[];
}

/** What hides from a reader; `what` is the name that the receipt shows. */
const HIDDEN: { what: string; pattern: RegExp }[] = [
  { what: "HTML comment", pattern: /<!--[\s\S]*?(?:-->|$)/g },
  { what: "direction override", pattern: /\p{Bidi_Control}/gu },
  { what: "tag character", pattern: /[\u{E0000}-\u{E007F}]/gu },
  // All but the two that choose between text and picture form of an emoji.
  { what: "invisible character", pattern: /[\p{Default_Ignorable_Code_Point}--[\uFE0E\uFE0F]]/gv },
  { what: "control character", pattern: /[\p{Cc}--[\t\n]]/gv },
];

/** Text of a person as an agent may read it: NFC, nothing hidden, at most `limit` characters. Cleaning twice changes nothing. */
export function cleanIncoming(text: string, limit = 60_000): Cleaned {
  const removed = new Map<string, number>();
  let cleaned = text.replace(/\r\n?/g, "\n").normalize("NFC");
  for (let before = ""; before !== cleaned;) {
    before = cleaned;
    for (const { what, pattern } of HIDDEN) {
      cleaned = cleaned.replace(pattern, () => {
        removed.set(what, (removed.get(what) ?? 0) + 1);
        return "";
      });
    }
    cleaned = cleaned.normalize("NFC");
  }
  const cut = cutAt(cleaned.trim(), limit);
  if (cut.length < cleaned.trim().length)
    removed.set("character over the limit", cleaned.trim().length - cut.length);
  return { text: cut.trim(), removed: [...removed].map(([what, count]) => ({ what, count })) };
}

/** Foreign text as GZA may say it on GitHub: nobody is mentioned, no issue is closed, nothing commands, on one line. */
export function cleanLine(text: string, limit = 200): string {
  const { text: visible } = cleanIncoming(beginning(text, limit), 4 * limit);
  const line = visible.replace(/\s+/g, " ").trim();
  return cutAt(defuse(line), limit).trim();
}

/** Foreign text of several lines as GZA may say it on GitHub; its own line breaks and code blocks stay, and an open code block is closed. */
export function cleanText(text: string, limit = 4000): string {
  const { text: visible } = cleanIncoming(beginning(text, limit), 4 * limit);
  const cut = cutAt(visible.split("\n").map(defuse).join("\n"), limit).trim();
  const fences = cut.match(/^ {0,3}(?:```|~~~)/gm) ?? [];
  return fences.length % 2 === 0 ? cut : `${cut}\n${fences.at(-1)?.trim() ?? ""}`;
}

/** Makes mentions, references, closing words, markup and commands plain words, by a zero-width-free change that stays readable. */
function defuse(line: string): string {
  return (
    line
      // Tags, comments and links in angle brackets; a lone sign between words or numbers is none of them.
      .replace(/<(?=[A-Za-z/!?])/g, "‹")
      .replace(/@(?=[A-Za-z0-9_-])/g, "＠")
      // GitHub reads entities first, and finds `owner/name#12` too.
      .replace(/&(?=#|commat;|num;)/g, "＆")
      .replace(/(?<=\w)#(?=\d)/g, " no. ")
      .replace(/#(?=\d)/g, "no. ")
      .replace(/\bGH-(?=\d)/gi, "no. ")
      .replace(/\bhttps?:\/\//gi, "")
      .replace(/!\[/g, "[")
      .replace(/(^|\s)\/gza\b/gi, "$1gza")
  );
}

/** More than enough to fill `limit` with what is left of it; cleaning the whole of a long text takes long. */
function beginning(text: string, limit: number): string {
  return cutAt(text, 16 * limit);
}

function cutAt(text: string, limit: number): string {
  if (text.length <= limit) return text;
  const end = /[\uD800-\uDBFF]/.test(text.charAt(limit - 1)) ? limit - 1 : limit;
  return text.slice(0, end);
}
