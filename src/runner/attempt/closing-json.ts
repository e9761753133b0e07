/** Finds the JSON object with which an agent's last words end, whatever prose stands around it. */

/** Longer answers are read from their end: the object closes them. */
const MAX_CHARACTERS = 1_000_000;

/** Steps of the search for braces, over which a text is given up that was made to be slow to read. */
const MAX_STEPS = 20_000_000;

interface Found {
  value: object;
  /** Where the text goes on after it. */
  end: number;
}

/** The object at the very end, else that of the last fenced block that holds one, else the last in the text; null: there is none. */
export function closingJson(words: string): object | null {
  const text = words.trimEnd().slice(-MAX_CHARACTERS);
  const bare = lastObject(text);
  if (bare?.end === text.length) return bare.value;
  return lastFenced(text) ?? bare?.value ?? null;
}

/** A fence inside a JSON string never begins a line, for strings hold no line breaks. */
function lastFenced(text: string): object | null {
  const blocks = [...text.matchAll(/^[ \t]*```[^\n`]*\n([\s\S]*?)\n[ \t]*```[ \t]*$/gm)];
  for (const block of blocks.toReversed()) {
    const value = parseObject(block[1] ?? "");
    if (value !== null) return value;
  }
  return null;
}

/** Goes through the outermost objects from left to right; what looks like one and is none is looked into. */
function lastObject(text: string): Found | null {
  let found: Found | null = null;
  let steps = 0;
  for (let start = text.indexOf("{"); start !== -1 && steps < MAX_STEPS;) {
    const end = closingBrace(text, start);
    steps += (end ?? text.length) - start;
    const value = end === null ? null : parseObject(text.slice(start, end));
    if (value !== null && end !== null) found = { value, end };
    start = text.indexOf("{", value !== null && end !== null ? end : start + 1);
  }
  return found;
}

/** Where the object that begins at `start` is over; braces in strings do not count. */
function closingBrace(text: string, start: number): number | null {
  let depth = 0;
  let isInString = false;
  for (let index = start; index < text.length; index += 1) {
    const character = text[index];
    if (isInString && character === "\\") index += 1;
    else if (character === '"') isInString = !isInString;
    else if (!isInString && character === "{") depth += 1;
    else if (!isInString && character === "}") depth -= 1;
    if (depth === 0) return index + 1;
  }
  return null;
}

function parseObject(text: string): object | null {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === "object" && value !== null && !Array.isArray(value) ? value : null;
  } catch {
    // Not JSON: the search goes on.
    return null;
  }
}
