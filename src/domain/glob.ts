/** Path patterns of the config: `**`, `*`, `?` and `{a,b}`, with names that begin with a dot like all others. */

/**
 * Whether `pattern` names `path` or a folder above it. A pattern without a slash is looked for at every depth, as in `.gitignore`.
 * Node's own `path.matchesGlob` is no good for guards: its stars pass over names that begin with a dot, so `infra/**` would not cover `infra/.env`.
 */
export function matchesGlob(path: string, pattern: string): boolean {
  return globExpression(pattern).test(path);
}

/** Patterns are few and paths are many. */
const EXPRESSIONS = new Map<string, RegExp>();

function globExpression(pattern: string): RegExp {
  const known = EXPRESSIONS.get(pattern);
  if (known !== undefined) return known;
  const expression = newExpression(pattern);
  EXPRESSIONS.set(pattern, expression);
  return expression;
}

function newExpression(pattern: string): RegExp {
  const trimmed = pattern.replace(/^\.?\/+/, "").replace(/\/+$/, "");
  const anywhere = pattern.includes("/") && !isFolderName(pattern) ? "" : "(?:.*/)?";
  return new RegExp(`^${anywhere}${expressionSource(trimmed)}(?:/.*)?$`, "su");
}

/** `docs/`: one name with its slash at the end. */
function isFolderName(pattern: string): boolean {
  return /^[^/]+\/$/.test(pattern);
}

const TOKEN = /\*\*\/|\*\*|\*|\?|\{[^{}]*\}|[^*?{]+|\{/gsu;

function expressionSource(glob: string): string {
  const tokens = glob.match(TOKEN) ?? [];
  return tokens.map((token) => tokenSource(token)).join("");
}

function tokenSource(token: string): string {
  if (token === "**/") return "(?:.*/)?";
  if (token === "**") return ".*";
  if (token === "*") return "[^/]*";
  if (token === "?") return "[^/]";
  if (token.length < 2 || !token.startsWith("{"))
    return token.replace(/[\\^$.*+?()[\]{}|/]/g, String.raw`\$&`);
  const choices = token.slice(1, -1).split(",");
  return `(?:${choices.map((choice) => expressionSource(choice)).join("|")})`;
}
