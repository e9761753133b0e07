/** Reads `.github/gza.yml`: every problem has its line, its column and the words to write instead. */
import {
  isAlias,
  isMap,
  isPair,
  isSeq,
  LineCounter,
  parseDocument,
  visit,
  type Document,
  type Node,
  type YAMLMap,
} from "yaml";
import { z } from "zod";
import { Config, DEFAULT_CONFIG } from "../domain/config.ts";
import { NO_SHA } from "../domain/record.ts";
import type { ConfigProblem, ConfigReading } from "../domain/snapshot.ts";
import type { Sha } from "../domain/task.ts";
import { nearest } from "../domain/nearest.ts";

const MAX_CONFIG_BYTES = 65_536;

/** null: the default branch has no such file, so the defaults count. */
export type ConfigFile = { blob: Sha; bytes: number; text: string | null } | null;

export function readConfig(file: ConfigFile): ConfigReading {
  if (file === null) return { kind: "config", blob: NO_SHA, config: DEFAULT_CONFIG };
  const { blob, bytes, text } = file;
  const broken = (problems: ConfigProblem[]): ConfigReading => ({ kind: "broken", blob, problems });
  if (bytes > MAX_CONFIG_BYTES) {
    return broken([atTop(`the file has ${bytes} bytes; write at most ${MAX_CONFIG_BYTES}`)]);
  }
  if (text === null) return broken([atTop("the file is not text; write it as YAML in UTF-8")]);
  const lines = new LineCounter();
  const document = parseDocument(text, {
    lineCounter: lines,
    uniqueKeys: true,
    prettyErrors: false,
    merge: false,
  });
  const refused = [...yamlProblems(document, lines), ...aliasProblems(document, lines)];
  if (refused.length > 0) return broken(refused);
  if (document.contents !== null && !isMap(document.contents) && document.toJS() !== null) {
    return broken([atTop("the file is not a map; write keys, as in `label: gza`")]);
  }
  const parsed = Config.safeParse(document.toJS() ?? {}, { reportInput: true });
  if (parsed.success) return { kind: "config", blob, config: parsed.data };
  return broken(parsed.error.issues.flatMap((issue) => schemaProblems(issue, document, lines)));
}

function atTop(message: string): ConfigProblem {
  return { line: 1, column: 1, path: "", message };
}

function yamlProblems(document: Document.Parsed, lines: LineCounter): ConfigProblem[] {
  return [...document.errors, ...document.warnings].map((error) => ({
    ...position(error.pos[0], lines),
    path: "",
    message:
      error.code === "DUPLICATE_KEY"
        ? "this key stands here a second time; write it once"
        : `this is not the YAML that is read here (${error.message}); write plain keys and values`,
  }));
}

/** A few aliases of aliases can stand for billions of values, and no config needs one. */
function aliasProblems(document: Document.Parsed, lines: LineCounter): ConfigProblem[] {
  const problems: ConfigProblem[] = [];
  visit(document, {
    Alias(_key, node) {
      const message = `*${node.source} is an alias; write the value itself`;
      problems.push({ ...position(node.range?.[0] ?? 0, lines), path: "", message });
    },
  });
  return problems;
}

function schemaProblems(
  issue: z.core.$ZodIssue,
  document: Document.Parsed,
  lines: LineCounter,
): ConfigProblem[] {
  if (issue.code === "unrecognized_keys") {
    return issue.keys.map((key) => {
      const path = [...issue.path, key];
      const meant = nearest(key, keysAt(issue.path));
      const message =
        meant === null
          ? `unknown key; write one of ${keysAt(issue.path).join(", ")}`
          : `unknown key; did you mean ${meant}?`;
      return { ...position(offsetOf(document, path, "key"), lines), path: path.join("."), message };
    });
  }
  const at = position(offsetOf(document, issue.path, "value"), lines);
  return [{ ...at, path: issue.path.join("."), message: instead(issue) }];
}

function instead(issue: z.core.$ZodIssue): string {
  if (issue.code === "custom") return issue.message;
  if (issue.code === "invalid_type") return `is no ${EXPECTED[issue.expected] ?? issue.expected}; write one`;
  if (issue.code === "invalid_value") return `is not known here; write one of ${issue.values.join(", ")}`;
  const unit = issue.code === "too_big" || issue.code === "too_small" ? (MEASURES[issue.origin] ?? "") : "";
  if (issue.code === "too_small") return `is too small; write ${issue.minimum}${unit} or more`;
  if (issue.code === "too_big") return `is too big; write ${issue.maximum}${unit} or less`;
  return `does not fit (${issue.message}); write what the documentation of this key shows`;
}

const EXPECTED: { [type: string]: string } = {
  object: "map (lines of `key: value`, further to the right)",
  array: "list (as in [one, two])",
  boolean: "true or false",
  string: "text",
  int: "whole number",
};

const MEASURES: { [origin: string]: string } = { string: " characters", array: " entries" };

/** The keys that the config knows at this path. */
function keysAt(path: readonly PropertyKey[]): string[] {
  let schema: unknown = Config;
  for (const key of path) schema = shapeOf(schema)[String(key)];
  return Object.keys(shapeOf(schema));
}

function shapeOf(schema: unknown): { [key: string]: unknown } {
  if (schema instanceof z.ZodDefault || schema instanceof z.ZodOptional || schema instanceof z.ZodNullable) {
    return shapeOf(schema.unwrap());
  }
  return schema instanceof z.ZodObject ? schema.shape : {};
}

/** Where the key or value stands; for what is missing, where its nearest parent stands. */
function offsetOf(document: Document.Parsed, path: readonly PropertyKey[], part: "key" | "value"): number {
  let node: unknown = document.contents;
  let offset = 0;
  for (const [depth, step] of path.entries()) {
    const isLast = depth === path.length - 1;
    if (isSeq(node)) {
      node = node.items[Number(step)];
    } else if (isMap(node)) {
      const pair = pairOf(node, String(step));
      if (pair === undefined) return offset;
      if (isLast && part === "key") return startOf(pair.key) ?? offset;
      offset = startOf(pair.key) ?? offset;
      node = pair.value;
    } else {
      return offset;
    }
    offset = startOf(node) ?? offset;
  }
  return offset;
}

function pairOf(map: YAMLMap, key: string) {
  return map.items.find((item) => isPair(item) && String(item.key) === key);
}

function startOf(node: unknown): number | undefined {
  return isAlias(node) ? undefined : (node as Node | null | undefined)?.range?.[0];
}

function position(offset: number, lines: LineCounter): { line: number; column: number } {
  const { line, col } = lines.linePos(offset);
  return { line: Math.max(1, line), column: Math.max(1, col) };
}
