/** A shell of root's, as this user has one: being root, or by sudo without a password. */
import { execFile } from "node:child_process";
import { promisify } from "node:util";

const run = promisify(execFile);

/** Its command line, which `-c` and the text follow. Null: this user is not root and cannot become it without being asked for a password. */
export async function shellOfRoot(): Promise<string[] | null> {
  if (process.getuid?.() === 0) return ["sh"];
  const sudo = ["sudo", "-n", "sh"];
  return (await succeeds(sudo, "true")) ? sudo : null;
}

export async function succeeds([file = "", ...args]: readonly string[], text: string): Promise<boolean> {
  try {
    await run(file, [...args, "-c", text]);
    return true;
  } catch (error) {
    // A missing sudo and a kernel that refuses are answers here; what is no error of a process is none.
    if (error instanceof Error && "code" in error) return false;
    throw error;
  }
}

/** The text as one word of a shell. */
export function quoted(text: string): string {
  return `'${text.replaceAll("'", `'\\''`)}'`;
}
