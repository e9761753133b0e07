/** Links as Markdown writes them: what stands in the round brackets, and the definitions that stand elsewhere and are never shown. */
interface Target {
  /** Null: not one that a click could follow safely, or one that holds words. */
  url: string | null;
  hasTitle: boolean;
  /** Where it ends in the text. */
  end: number;
}

const SPACE = /[ \n]*/y;
const TITLE =
  /[ \n]+(?:"[^"\\]*(?:\\[\s\S][^"\\]*)*"|'[^'\\]*(?:\\[\s\S][^'\\]*)*'|\([^()\\]*(?:\\[\s\S][^()\\]*)*\))/y;
const ANGLED = /<([^<>\n\\]*(?:\\.[^<>\n\\]*)*)>/y;
const LABEL = / {0,3}\[((?:[^[\]\\]|\\[\s\S]){1,999})\]:/y;
const MAX_URL = 2000;
/** As deep as GitHub looks. */
const MAX_PARENTHESES = 32;

/** `(url "title")` at `at`; null: there is none. */
export function targetAt(text: string, at: number): Target | null {
  if (text.charAt(at) !== "(") return null;
  const start = skip(SPACE, text, at + 1);
  const url = urlAt(text, start);
  if (url === null) return null;
  const titled = skip(TITLE, text, url.end);
  const end = skip(SPACE, text, titled);
  if (text.charAt(end) !== ")") return null;
  return { url: safe(url.url), hasTitle: titled > url.end, end: end + 1 };
}

/** The definition at the start of the rest of a paragraph; null: there is none. */
export function definitionAt(text: string, at: number): (Target & { label: string }) | null {
  LABEL.lastIndex = at;
  const label = LABEL.exec(text)?.[1];
  if (label === undefined || label.trim() === "" || label.startsWith("^")) return null;
  const start = skip(SPACE, text, LABEL.lastIndex);
  const url = urlAt(text, start);
  if (url === null || url.end === start) return null;
  const titled = skip(TITLE, text, url.end);
  const titleEnd = titled === url.end ? null : lineEnd(text, titled);
  const end = titleEnd ?? lineEnd(text, url.end);
  if (end === null) return null;
  return { label: normalLabel(label), url: safe(url.url), hasTitle: titleEnd !== null, end };
}

export function normalLabel(label: string): string {
  return label.trim().replace(/\s+/g, " ").toLowerCase().toUpperCase();
}

/** The URL if a reader can follow it on GitHub and it holds no words of its own; else null. */
export function safe(url: string): string | null {
  const scheme = /^[a-z][a-z0-9+.-]*:/i.exec(url)?.[0].toLowerCase();
  const isKnown = scheme === undefined || ["http:", "https:", "mailto:"].includes(scheme);
  return isKnown && url.length <= MAX_URL && !/[\s<>]|&#/.test(url) ? url : null;
}

function urlAt(text: string, at: number): { url: string; end: number } | null {
  ANGLED.lastIndex = at;
  const angled = ANGLED.exec(text);
  if (angled) return { url: angled[1] ?? "", end: ANGLED.lastIndex };
  if (text.charAt(at) === "<") return null;
  let depth = 0;
  let end = at;
  for (; end < text.length; end += 1) {
    const character = text.charAt(end);
    if (/\s/.test(character) || (character === ")" && depth === 0)) break;
    if (character === "\\") end += 1;
    else if (character === "(") depth += 1;
    else if (character === ")") depth -= 1;
    if (depth > MAX_PARENTHESES) return null;
  }
  return depth === 0 ? { url: text.slice(at, end), end: Math.min(end, text.length) } : null;
}

function lineEnd(text: string, at: number): number | null {
  const end = skip(/ */y, text, at);
  return end === text.length || text.charAt(end) === "\n" ? end : null;
}

function skip(pattern: RegExp, text: string, at: number): number {
  pattern.lastIndex = at;
  return pattern.test(text) ? pattern.lastIndex : at;
}
