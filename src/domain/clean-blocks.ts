/** The blocks of a Markdown text as GitHub tells them apart, so that the cleaner knows what is code and what is shown as it is. */

/**
 * One leaf of the text with its own lines, prefixes of lists and quotes included.
 * `code`: fenced or indented; every character is shown. `html`: Markdown is not read in it. `text`: read as Markdown.
 */
export interface Block {
  kind: "text" | "code" | "html";
  lines: Line[];
  /** The label of the footnote that it belongs to. */
  note: string | null;
}

/** `content`: the line without the prefixes of lists and quotes, tabs as spaces. */
export interface Line {
  raw: string;
  content: string;
}

type Container = { kind: "quote" } | { kind: "item"; width: number; note: string | null };
type Leaf =
  | { kind: "paragraph" }
  | { kind: "indented" }
  | { kind: "fence"; mark: string }
  | { kind: "html"; end: RegExp | null };

interface State {
  blocks: Block[];
  containers: Container[];
  leaf: Leaf | null;
}

/** Deeper than people write; more would let a hostile text take long. */
const MAX_DEPTH = 60;

const QUOTE = /^ {0,3}> ?/;
const ITEM = /^( {0,3})([-+*]|\d{1,9}[.)])( +|$)/;
const NOTE = /^ {0,3}\[\^([^\]\s]{1,200})\]: */;
const RULE = /^ {0,3}([-*_])(?: *\1){2,} *$/;
const UNDERLINE = /^ {0,3}(?:=+|-+) *$/;
const HEADING = /^ {0,3}#{1,6}(?: |$)/;
const FENCE = /^ {0,3}(`{3,}(?=[^`]*$)|~{3,})/;

const BLOCK_TAGS =
  "address|article|aside|base|basefont|blockquote|body|caption|center|col|colgroup|dd|details|dialog|dir|div|dl|dt|fieldset|figcaption|figure|footer|form|frame|frameset|h[1-6]|head|header|hr|html|iframe|legend|li|link|main|menu|menuitem|nav|noframes|ol|optgroup|option|p|param|section|source|summary|table|tbody|td|tfoot|th|thead|title|tr|track|ul";

/** How a block of HTML begins, and which line is its last; null: the one before an empty line. In the order of the specification. */
const HTML: { start: RegExp; end: RegExp | null; interrupts: boolean }[] = [
  {
    start: /^ {0,3}<(?:script|pre|style|textarea)(?:\s|>|$)/i,
    end: /<\/(?:script|pre|style|textarea)>/i,
    interrupts: true,
  },
  { start: /^ {0,3}<!--/, end: /-->/, interrupts: true },
  { start: /^ {0,3}<\?/, end: /\?>/, interrupts: true },
  { start: /^ {0,3}<![A-Za-z]/, end: />/, interrupts: true },
  { start: /^ {0,3}<!\[CDATA\[/, end: /\]\]>/, interrupts: true },
  { start: new RegExp(`^ {0,3}</?(?:${BLOCK_TAGS})(?:\\s|/?>|$)`, "i"), end: null, interrupts: true },
  {
    start:
      /^ {0,3}<(?:\/[a-z][a-z0-9-]*\s*|[a-z][a-z0-9-]*(?:\s+[a-z_:][\w.:-]*(?:\s*=\s*(?:[^\s"'=<>`]+|'[^']*'|"[^"]*"))?)*\s*\/?)>\s*$/i,
    end: null,
    interrupts: false,
  },
];

/** `open`: the marks of a fenced code block that stands in no list or quote and is still open at the end. */
export function blocksOf(text: string): { blocks: Block[]; open: string | null } {
  const state: State = { blocks: [], containers: [], leaf: null };
  for (const raw of text.split("\n")) readLine(state, raw);
  const { leaf, containers } = state;
  return { blocks: state.blocks, open: leaf?.kind === "fence" && containers.length === 0 ? leaf.mark : null };
}

function readLine(state: State, raw: string): void {
  const { matched, rest } = stayIn(state.containers, withoutTabs(raw));
  const left = matched < state.containers.length;
  const line = { raw, content: rest };
  if (left && state.leaf?.kind !== "paragraph") state.leaf = null;
  if (!left && goesOn(state, line)) return;
  const inner = openContainers(state, rest, matched);
  const isNew = inner !== null;
  const content = inner ?? rest;
  if (content.trim() === "") readEmpty(state, { raw, content }, isNew ? state.containers.length : matched);
  else readLeaf(state, { raw, content }, { left: left && !isNew, matched });
}

/** How many of the open lists and quotes the line is in, and what it says there. */
function stayIn(containers: readonly Container[], line: string): { matched: number; rest: string } {
  let rest = line;
  let matched = 0;
  for (const container of containers) {
    if (container.kind === "quote") {
      const quote = QUOTE.exec(rest);
      if (!quote) break;
      rest = rest.slice(quote[0].length);
    } else if (rest.trim() !== "") {
      if (indentOf(rest) < container.width) break;
      rest = rest.slice(container.width);
    }
    matched += 1;
  }
  return { matched, rest };
}

/** Whether the line belongs to an open block in which nothing else can begin. */
function goesOn(state: State, line: Line): boolean {
  const { leaf } = state;
  if (leaf?.kind === "fence") {
    append(state, line);
    const close = /^ {0,3}(`{3,}|~{3,}) *$/.exec(line.content)?.[1];
    if (close?.startsWith(leaf.mark)) state.leaf = null;
    return true;
  }
  if (leaf?.kind !== "html") return false;
  if (leaf.end === null && line.content.trim() === "") return false;
  append(state, line);
  if (leaf.end?.test(line.content)) state.leaf = null;
  return true;
}

/** Opens the lists and quotes that begin on this line; what it says inside them, or null where none begins. */
function openContainers(state: State, line: string, matched: number): string | null {
  let rest = line;
  let opened = false;
  for (;;) {
    const isParagraph = !opened && matched === state.containers.length && state.leaf?.kind === "paragraph";
    const next = beginsContainer(rest, isParagraph);
    if (next === null || (opened ? state.containers.length : matched) >= MAX_DEPTH) break;
    if (!opened) state.containers.length = matched;
    opened = true;
    state.leaf = null;
    state.containers.push(next.container);
    rest = next.rest;
  }
  return opened ? rest : null;
}

function beginsContainer(rest: string, isParagraph: boolean): { container: Container; rest: string } | null {
  if (indentOf(rest) >= 4) return null;
  const quote = QUOTE.exec(rest);
  if (quote) return { container: { kind: "quote" }, rest: rest.slice(quote[0].length) };
  const note = isParagraph ? null : NOTE.exec(rest);
  if (note?.[1] !== undefined) {
    return {
      container: { kind: "item", width: 4, note: note[1].toLowerCase() },
      rest: rest.slice(note[0].length),
    };
  }
  const item = RULE.test(rest) ? null : ITEM.exec(rest);
  if (!item) return null;
  const [whole, before = "", mark = "", spaces = ""] = item;
  const isEmpty = rest.slice(whole.length).trim() === "";
  if (isParagraph && (isEmpty || !/^(?:[-+*]|1[.)])$/.test(mark))) return null;
  const width = before.length + mark.length + (isEmpty || spaces.length > 4 ? 1 : spaces.length);
  return { container: { kind: "item", width, note: null }, rest: rest.slice(width) };
}

function readEmpty(state: State, line: Line, depth: number): void {
  // A quote ends at an empty line, a list does not.
  state.containers.length = Math.min(state.containers.length, depth);
  if (state.leaf?.kind === "indented") {
    append(state, line);
    return;
  }
  state.leaf = null;
  const last = state.blocks.at(-1);
  if (last?.kind === "text" && last.lines[0]?.content.trim() === "") last.lines.push(line);
  else begin(state, "text", line);
}

function readLeaf(state: State, line: Line, { left, matched }: { left: boolean; matched: number }): void {
  const { content } = line;
  const isParagraph = state.leaf?.kind === "paragraph";
  const isIndented = indentOf(content) >= 4;
  const fence = isIndented ? null : FENCE.exec(content);
  const html = isIndented
    ? undefined
    : HTML.find(({ start, interrupts }) => (interrupts || !isParagraph) && start.test(content));
  const isAlone = !isIndented && (HEADING.test(content) || RULE.test(content));
  if (isParagraph && !left && UNDERLINE.test(content)) {
    append(state, line);
    state.leaf = null;
    return;
  }
  if (isParagraph && !fence && !html && !isAlone) {
    append(state, line);
    return;
  }
  if (left) {
    state.containers.length = matched;
    state.leaf = null;
  }
  if (fence?.[1] !== undefined) {
    begin(state, "code", line);
    state.leaf = { kind: "fence", mark: fence[1] };
  } else if (html) {
    begin(state, "html", line);
    state.leaf = html.end?.test(content) ? null : { kind: "html", end: html.end };
  } else if (isAlone) {
    begin(state, "text", line);
    state.leaf = null;
  } else if (isIndented) {
    if (state.leaf?.kind === "indented") append(state, line);
    else begin(state, "code", line);
    state.leaf = { kind: "indented" };
  } else {
    begin(state, "text", line);
    state.leaf = { kind: "paragraph" };
  }
}

function begin(state: State, kind: Block["kind"], line: Line): void {
  const inNote = state.containers.find((container) => container.kind === "item" && container.note !== null);
  state.blocks.push({ kind, lines: [line], note: inNote?.kind === "item" ? inNote.note : null });
}

function append(state: State, line: Line): void {
  state.blocks.at(-1)?.lines.push(line);
}

function indentOf(line: string): number {
  return line.length - line.trimStart().length;
}

function withoutTabs(line: string): string {
  if (!line.includes("\t")) return line;
  let column = 0;
  return line.replace(/\t|[^\t]+/g, (part) => {
    const shown = part === "\t" ? " ".repeat(4 - (column % 4)) : part;
    column += shown.length;
    return shown;
  });
}
