/** The files through which a step gives outputs, variables, paths, state and a summary to the runner. */
import { readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";

export interface FileCommands {
  outputs: Record<string, string>;
  environment: Record<string, string>;
  paths: string[];
  state: Record<string, string>;
  summary: string;
}

const FILES = {
  GITHUB_OUTPUT: "output",
  GITHUB_ENV: "env",
  GITHUB_PATH: "path",
  GITHUB_STATE: "state",
  GITHUB_STEP_SUMMARY: "summary",
} as const;

/** GitHub takes up to one mebibyte of summary from a step, and nothing of a larger one. */
const SUMMARY_BYTES = 1024 * 1024;

/** Makes the empty files of one step and gives the variables that name them. */
export async function openFileCommands(directory: string, step: string): Promise<Record<string, string>> {
  const entries = Object.entries(FILES).map(([variable, kind]) => [
    variable,
    join(directory, `${kind}_${step}`),
  ]);
  const files = Object.fromEntries(entries) as Record<string, string>;
  await Promise.all(Object.values(files).map((path) => writeFile(path, "")));
  return files;
}

/** Reads and removes them. Throws in the runner's words when a file cannot be understood. */
export async function collectFileCommands(files: Record<string, string>): Promise<FileCommands> {
  const [output = "", env = "", path = "", state = "", summary = ""] = await Promise.all(
    Object.keys(FILES).map((variable) => takeFile(files[variable] ?? "")),
  );
  return {
    outputs: parsePairs(output),
    environment: parsePairs(env),
    paths: path.split(/\r?\n/).filter((line) => line !== ""),
    state: parsePairs(state),
    summary: checkedSummary(summary),
  };
}

/** `name=value` lines and `name<<DELIMITER` blocks; the last of a name wins. */
export function parsePairs(text: string): Record<string, string> {
  const pairs: Record<string, string> = {};
  const lines = text.split(/\r?\n/);
  for (let index = 0; index < lines.length; index += 1) {
    const line = lines[index] ?? "";
    if (line === "") continue;
    const equals = line.indexOf("=");
    const heredoc = line.indexOf("<<");
    if (heredoc > 0 && (equals < 0 || heredoc < equals)) {
      const delimiter = line.slice(heredoc + 2);
      const end = lines.indexOf(delimiter, index + 1);
      if (end < 0) throw new Error(`Invalid value. Matching delimiter not found '${delimiter}'`);
      pairs[line.slice(0, heredoc)] = lines.slice(index + 1, end).join("\n");
      index = end;
    } else if (equals > 0) {
      pairs[line.slice(0, equals)] = line.slice(equals + 1);
    } else {
      throw new Error(`Invalid format '${line}'`);
    }
  }
  return pairs;
}

/** A step may have deleted the file; then it said nothing. */
async function takeFile(path: string): Promise<string> {
  try {
    return await readFile(path, "utf8");
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return "";
    throw error;
  } finally {
    await rm(path, { force: true, recursive: true });
  }
}

function checkedSummary(summary: string): string {
  const size = Buffer.byteLength(summary);
  if (size <= SUMMARY_BYTES) return summary;
  throw new Error(
    `$GITHUB_STEP_SUMMARY upload aborted, supports content up to a size of 1024k, got ${Math.ceil(size / 1024)}k`,
  );
}
