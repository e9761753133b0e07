/** The workflow commands that a step prints (`::error file=a.ts::message`) and what they stand for. */

export interface WorkflowCommand {
  name: string;
  properties: Record<string, string>;
  message: string;
}

export interface Annotation {
  level: "failure" | "warning" | "notice";
  message: string;
  title: string | null;
  path: string;
  line: number;
  endLine: number;
}

/** Null when the line is ordinary output. */
export function parseCommand(line: string): WorkflowCommand | null {
  const found = /^\s*::(?<name>[\w-]+)(?:\s+(?<properties>.*?))?::(?<message>.*)$/.exec(line)?.groups;
  if (!found?.name) return null;
  const pairs = (found.properties ?? "")
    .split(",")
    .map((pair) => pair.trim().split(/=(.*)/s))
    .filter(([name, value]) => name && value !== undefined);
  return {
    name: found.name.toLowerCase(),
    properties: Object.fromEntries(pairs.map(([name = "", value = ""]) => [name, unescapeProperty(value)])),
    message: unescapeData(found.message ?? ""),
  };
}

/** What an `error`, `warning` or `notice` puts on the check run; GitHub's place for one without a file is `.github`. */
export function annotationOf({ name, properties, message }: WorkflowCommand): Annotation | null {
  const level = name === "error" ? "failure" : name === "warning" || name === "notice" ? name : null;
  if (level === null) return null;
  const line = Number(properties["line"] ?? 1) || 1;
  return {
    level,
    message,
    title: properties["title"] ?? null,
    path: properties["file"] ?? ".github",
    line,
    endLine: Number(properties["endLine"] ?? line) || line,
  };
}

function unescapeData(text: string): string {
  return text.replaceAll("%0D", "\r").replaceAll("%0A", "\n").replaceAll("%25", "%");
}

function unescapeProperty(text: string): string {
  return unescapeData(text.replaceAll("%3A", ":").replaceAll("%2C", ","));
}
