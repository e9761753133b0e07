/** Evaluates `${{ … }}` with GitHub's own expression library, over plain data. */
import { createHash } from "node:crypto";
import { readFileSync, globSync, statSync } from "node:fs";
import { join } from "node:path";
import { Evaluator, Lexer, Parser, data } from "@actions/expressions";
import type { FunctionDefinition } from "@actions/expressions/funcs/info";
import { truthy } from "@actions/expressions/result";
import type { Texts } from "./definition.ts";

/** What `success()`, `failure()` and `cancelled()` answer where the expression stands. */
export interface Status {
  success: boolean;
  failure: boolean;
  cancelled: boolean;
}

export interface Scope {
  /** `github`, `env`, `needs`, … by name. */
  contexts: Record<string, unknown>;
  status: Status;
  /** Where `hashFiles` looks; null before there is a workspace. */
  workspace: string | null;
}

/** Every context that an expression may name; one that does not exist where it stands is empty. */
const CONTEXTS = "github env vars secrets inputs needs steps job runner matrix strategy jobs".split(" ");

/** One `${{ … }}`; braces and quotes inside its texts do not end it. */
const INSERTION = /\$\{\{(?<code>(?:'(?:[^']|'')*'|(?!\}\})[^'])*)\}\}/g;

/** An expression without its `${{ }}`, as plain data. Throws with the library's message when it cannot be read. */
export function evaluate(expression: string, scope: Scope): unknown {
  return JSON.parse(JSON.stringify(evaluated(expression, scope), data.replacer)) as unknown;
}

/** A condition, with or without `${{ }}` around it. */
export function isTrue(condition: string, scope: Scope): boolean {
  const bare = /^\s*\$\{\{(?<code>[\s\S]*)\}\}\s*$/.exec(condition)?.groups?.code ?? condition;
  return truthy(evaluated(bare, scope));
}

/** A text with its insertions filled in, each coerced to text as GitHub does. */
export function renderText(value: string | number | boolean | null | undefined, scope: Scope): string {
  if (typeof value !== "string") return value === null || value === undefined ? "" : String(value);
  return value.replaceAll(INSERTION, (_match, code: string) => evaluated(code, scope).coerceString());
}

/** A value that may be wholly an expression (`fromJSON` of a matrix, a number of minutes) and then keeps its type. */
export function renderValue(value: unknown, scope: Scope): unknown {
  if (Array.isArray(value)) return value.map((item: unknown) => renderValue(item, scope));
  if (typeof value === "object" && value !== null) {
    return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, renderValue(item, scope)]));
  }
  if (typeof value !== "string") return value;
  const whole = new RegExp(`^\\s*${INSERTION.source}\\s*$`).exec(value)?.groups?.code;
  return whole === undefined ? renderText(value, scope) : evaluate(whole, scope);
}

/** `env` and `with`: every value a text. */
export function renderTexts(texts: Texts | undefined, scope: Scope): Record<string, string> {
  if (texts === undefined) return {};
  const source = typeof texts === "string" ? renderValue(texts, scope) : texts;
  if (typeof source !== "object" || source === null)
    throw new Error(`a mapping was expected and the expression ${JSON.stringify(texts)} gives none`);
  return Object.fromEntries(
    Object.entries(source).map(([name, value]) => [name, renderText(value as string, scope)]),
  );
}

function evaluated(expression: string, { contexts, status, workspace }: Scope): data.ExpressionData {
  const functions = [
    named("always", () => true),
    named("success", () => status.success),
    named("failure", () => status.failure),
    named("cancelled", () => status.cancelled),
    hashFiles(workspace),
  ];
  const tree = new Parser(new Lexer(expression).lex().tokens, CONTEXTS, functions).parse();
  const dictionary = new data.Dictionary(
    ...CONTEXTS.map((key) => ({ key, value: toData(contexts[key] ?? null) })),
  );
  return new Evaluator(tree, dictionary, new Map(functions.map((f) => [f.name.toLowerCase(), f]))).evaluate();
}

function toData(value: unknown): data.ExpressionData {
  return JSON.parse(JSON.stringify(value), data.reviver) as data.ExpressionData;
}

function named(name: string, answer: () => boolean): FunctionDefinition {
  return { name, minArgs: 0, maxArgs: 0, call: () => new data.BooleanData(answer()) };
}

/** SHA-256 over the SHA-256 of every matching file, empty when none matches, as the runner computes it. */
function hashFiles(workspace: string | null): FunctionDefinition {
  return {
    name: "hashFiles",
    minArgs: 1,
    maxArgs: 255,
    call: (...patterns) => {
      if (workspace === null) return new data.StringData("");
      const names = globSync(
        patterns.map((pattern) => pattern.coerceString()),
        { cwd: workspace },
      );
      const files = names.map((name) => join(workspace, name)).filter((path) => statSync(path).isFile());
      if (files.length === 0) return new data.StringData("");
      const total = createHash("sha256");
      for (const path of files.toSorted())
        total.update(createHash("sha256").update(readFileSync(path)).digest());
      return new data.StringData(total.digest("hex"));
    },
  };
}
