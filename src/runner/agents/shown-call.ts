/** A tool's call in a few words, for people. */
import { z } from "zod";

/** The value of a tool call that tells most, by the names that agents use. */
const TELLING = ["file_path", "path", "command", "pattern", "url", "description"];
const WIDTH = 100;

const Input = z.record(z.string(), z.unknown()).catch({});

/** The tool's name and the first line of what its call is about. */
export function shownCall(name: string, input: unknown): string {
  const values = Input.parse(input);
  const telling = TELLING.map((key) => values[key]).find((value) => typeof value === "string");
  return [name, telling === undefined ? "" : firstLine(telling)].join(" ").trim();
}

/** The first line that says something, cut to a line's width. */
export function firstLine(text: unknown): string {
  const lines = String(text).trim().split("\n");
  // The fence of a code block says nothing; what stands in it does.
  const line = lines.find((one) => !one.startsWith("```")) ?? "";
  return line.length > WIDTH ? `${line.slice(0, WIDTH)}…` : line;
}
